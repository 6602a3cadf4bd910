"""`python -m tests.testbed.failover`: run the matrix and write what was seen."""

import random
import secrets
import signal
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.support import ROOT, rendered, write
from tests.testbed import settings
from tests.testbed.cluster import Cluster, read_cluster
from tests.testbed.errors import TestbedError
from tests.testbed.failover import figures, page, plot
from tests.testbed.failover.store import Store
from tests.testbed.faults import MATRIX
from tests.testbed.faults.fault import Fault
from tests.testbed.lab import started
from tests.testbed.measure import Result, measure
from tests.testbed.requirements import demand
from tests.testbed.scratch import scratch
from tests.testbed.stress import stress

_REFERENCE = ROOT / "tests/fixtures/valid/reference.yaml"
_SIDES = {"hagen": settings.rendered, "notes": settings.baseline}


@click.command()
@click.option("--rounds", default=5, show_default=True, help="How often each fault is measured on each side.")
@click.option(
    "--fault", "names", multiple=True, type=click.Choice([fault.name for fault in MATRIX]), help="Only these."
)
@click.option("--side", "sides", multiple=True, type=click.Choice(list(_SIDES)), help="Only this side.")
@click.option(
    "--numbers", default=ROOT / "docs/failover.json", type=click.Path(path_type=Path), help="Where the numbers go."
)
@click.option("--stress", "seconds", default=180, show_default=True, help="Seconds on a busy machine; 0 leaves it out.")
@click.option("--stress-runs", "repeats", default=3, show_default=True, help="How often that is done.")
@click.option("--seed", type=int, help="The order of the faults in each round.  [default: another one each time]")
@click.option("--keep", is_flag=True, help="Add to the numbers that are there, instead of beginning anew.")
@click.option("--write", "publish", is_flag=True, help="Write docs/failover.md and docs/failover.png from the numbers.")
def main(
    rounds: int,
    names: tuple[str, ...],
    sides: tuple[str, ...],
    numbers: Path,
    seconds: int,
    repeats: int,
    seed: int | None,
    keep: bool,
    publish: bool,
) -> None:
    """Measure what a client sees of each fault: hagen's settings beside those of the kubeadm HA notes."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        demand(load=bool(seconds and repeats))
    except TestbedError as failure:
        raise click.ClickException(str(failure)) from failure
    chosen = [fault for fault in MATRIX if not names or fault.name in names]
    store = Store.open(numbers) if keep else Store.new(numbers)
    order = random.Random(seed := secrets.randbits(32) if seed is None else seed)
    store.machine["seed"] = seed
    console = Console()
    with scratch() as folder:
        cluster = read_cluster(write(rendered(_REFERENCE), folder))
        with _progress(console, rounds * len(sides or _SIDES) * len(chosen)) as progress:
            for number in range(rounds):
                order.shuffle(chosen)
                for side in sides or tuple(_SIDES):
                    _round(cluster, side, number, chosen, store, progress)
        for number in range(repeats if seconds else 0):
            console.print(f"hagen: {seconds} s on a busy machine, no fault, run {number + 1} of {repeats}")
            _stability(cluster, seconds, store)
    found = figures.summarise(store.results, MATRIX)
    console.print(page.table(found))
    if publish:
        page.publish(ROOT / "docs/failover.md", found, store)
        plot.draw(ROOT / "docs/failover.png", found)
    sys.exit(1 if store.failures else 0)


def _round(cluster: Cluster, side: str, number: int, chosen: list[Fault], store: Store, progress: Progress) -> None:
    """One fresh lab, every fault once. A fault whose lab does not recover is noted, and the rest gets a new lab."""
    left = list(chosen)
    while left:
        try:
            with started(cluster, _SIDES[side]) as lab:
                while left:
                    fault = left.pop(0)
                    progress.update(progress.task_ids[0], description=f"{side}, round {number + 1}: {fault.title}")
                    store.add(side, _its_own(fault, measure(lab, fault)))
                    progress.advance(progress.task_ids[0])
        except (TestbedError, OSError) as failure:
            store.fail(side, fault.name, str(failure))
            progress.console.print(f"[red]{side}, {fault.name}:[/] {failure}", highlight=False)
            progress.advance(progress.task_ids[0])


def _its_own(fault: Fault, result: Result) -> Result:
    """A result that no earlier fault has had a hand in. TestbedError otherwise: it is not published."""
    if fault.moves == 0 and result.moves:
        raise TestbedError(f"the address moved {result.moves} times, though nothing touched a load balancer")
    return result


def _stability(cluster: Cluster, seconds: int, store: Store) -> None:
    try:
        with started(cluster, settings.rendered) as lab:
            store.stressed(stress(lab, seconds))
    except (TestbedError, OSError) as failure:
        store.fail("hagen", "stress", str(failure))


def _progress(console: Console, total: int) -> Progress:
    progress = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
    )
    progress.add_task("", total=total)
    return progress


if __name__ == "__main__":
    main()
