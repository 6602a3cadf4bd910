"""`python -m tests.testbed.drilled`: run every drill on the testbed and write what clients saw."""

import random
import shutil
import signal
import sys
from pathlib import Path

import click
from rich.console import Console

from hagen.bootstrap.drills import DRILLS
from hagen.bootstrap.drills.kept import PAGE
from hagen.bootstrap.drills.report import FILE, Report, load
from hagen.bootstrap.reporting.drilled import as_table
from tests.images.browser import chromium, tab
from tests.support import ROOT, rendered, write
from tests.testbed.autoscaling import followed
from tests.testbed.cluster import Cluster, read_cluster
from tests.testbed.drilled.labs import watched_by_agents
from tests.testbed.drilled.page import published
from tests.testbed.drilling import drill
from tests.testbed.errors import TestbedError
from tests.testbed.failover.page import measured_with
from tests.testbed.failover.store import machine
from tests.testbed.lab import Lab
from tests.testbed.requirements import demand
from tests.testbed.scratch import scratch
from tests.testbed.watching import begin_anew, settled

_REFERENCE = ROOT / "tests/fixtures/valid/reference.yaml"
_FOLDER, _PAGE, _PICTURE = ROOT / "build/drills", ROOT / "docs/failover.md", ROOT / "docs/drill.png"
_NAMES = [drill.name for drill in DRILLS]
_SIZE = {"width": 1280, "height": 1080}


# By whose settings which drills run; of the notes' the one whose bound hagen's own settings are about.
_DRILLS = {"hagen": _NAMES, "notes": ["lb"]}


@click.command()
@click.option("--rounds", default=3, show_default=True, help="How often each drill is run.")
@click.option("--drill", "names", multiple=True, type=click.Choice(_NAMES), help="Only these.")
@click.option("--write", "publish", is_flag=True, help="Write them into docs/failover.md and docs/drill.png.")
def main(rounds: int, names: tuple[str, ...], *, publish: bool) -> None:
    """Run the drills with hagen's settings, and `lb` with those of the kubeadm HA notes too."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        demand()
    except TestbedError as error:
        raise click.ClickException(str(error)) from error
    console, failures = Console(), list[str]()
    reports: dict[str, list[Report]] = {side: [] for side in _DRILLS}
    with scratch() as folder:
        cluster = read_cluster(write(rendered(_REFERENCE), folder))
        for number in range(rounds):
            for side, drills in _DRILLS.items():
                left = [name for name in drills if not names or name in names]
                random.shuffle(left)
                console.rule(f"round {number + 1} of {rounds}, {side}'s settings: {', '.join(left) or 'nothing'}")
                while left:
                    reports[side] += _ran(cluster, side, left, number, failures)
    if publish:
        reports = {side: sorted(found, key=lambda each: _NAMES.index(each.drill)) for side, found in reports.items()}
        _PAGE.write_text(published(_PAGE.read_text(), reports, measured_with(machine()), failures))
        _pictured(_FOLDER / "hagen-1-lb" / PAGE)
    for failure in failures:
        console.print(failure, style="red", highlight=False)
    sys.exit(1 if failures else 0)


def _ran(cluster: Cluster, side: str, left: list[str], number: int, failures: list[str]) -> list[Report]:
    """Drills one after the other in one lab, until all are done or one leaves it broken. Takes them from `left`."""
    found: list[Report] = []
    try:
        with watched_by_agents(cluster, side) as lab:
            while left:
                name = left.pop(0)
                _well(lab, side)
                found.append(_one(lab, name, _FOLDER / f"{side}-{number + 1}-{name}"))
    except (TestbedError, OSError, AssertionError) as failure:
        failures.append(f"{side}, {name}: {failure}")
    return found


def _one(lab: Lab, name: str, folder: Path) -> Report:
    """One drill; its report and its page go to `folder`. TestbedError when there is none."""
    result = followed(lab) if name == "hpa" else drill(lab, name)
    if result.kept is None:
        raise TestbedError(result.errors.strip())
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(result.kept, folder)
    report = load(folder / FILE)
    as_table(report, folder / PAGE, sys.stdout)
    return report


def _well(lab: Lab, side: str) -> None:
    """The agents have seen everything. Of the notes' settings they have findings, which is no fault of the lab."""
    if side == "hagen":
        begin_anew(lab)
    else:
        settled(lab)


def _pictured(page: Path) -> None:
    """What somebody sees of a page before scrolling."""
    if page.exists():
        with chromium() as browser, tab(browser, page.as_uri(), size=_SIZE) as here:
            here.page.screenshot(path=_PICTURE)


if __name__ == "__main__":
    main()
