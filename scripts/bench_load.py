"""The load test of the autoscaling experiment against two replicas of the server, on the testbed.

Client, virtual IP, the rendered haproxy, a door on each worker, two replicas, the operator's way to three Galera nodes:
all real, on this machine. `make bench-load` runs this (root); `--write` puts the table into docs/performance.md.
"""

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import click

from tests.support import ROOT, rendered, write
from tests.testbed import settings, shop
from tests.testbed.cluster import read_cluster
from tests.testbed.lab import Lab, started
from tests.testbed.replicas import Replica

DOCUMENT = ROOT / "docs/performance.md"
START, END = "<!-- bench load: start -->", "<!-- bench load: end -->"
STARTS = 5.0  # seconds until Locust has begun
HEAD = "| Load | Users at most | Requests | Requests/s | p50 / p95 | p95 of /api/db | Failed | Under way when killed |"


@dataclass(frozen=True)
class Load:
    """One row. `users`: most of them; `per_pod`, `stress`: options of the load test."""

    title: str
    users: int
    per_pod: int
    stress: float
    killed: bool


LOADS = (
    Load("the experiment's", 21, 2, 0.07, killed=False),
    Load("the same, a replica killed", 21, 2, 0.07, killed=True),
    Load("a crowd, hardly any computing", 207, 20, 0.001, killed=False),
    Load("the same, a replica killed", 207, 20, 0.001, killed=True),
)


def row(lab: Lab, load: Load, folder: Path, seconds: int) -> str:
    """Run it once; its row of the table."""
    steps = (seconds // 4, seconds // 2, seconds, seconds // 4)
    length = ",".join(map(str, steps))
    options = ("--step-seconds", length, "--users-per-pod", str(load.per_pod), "--stress-cpu", f"{load.stress:g}")
    replicas = (Replica(lab, 0), Replica(lab, 1))
    under_way = "-"
    with shop.opened(lab, *replicas):
        process = shop.begin(lab, folder, *options)
        if load.killed:
            time.sleep(STARTS + sum(steps[:2]) + seconds / 2)
            under_way = str(shop.under_way(lab, replicas[1]))
            replicas[1].stop()
            time.sleep(seconds / 6)
            replicas[1].start()
        code, said = shop.ended(process)
    if code not in {0, 1}:
        raise click.ClickException(said)
    found = shop.figures(folder)
    whole, db = found["Aggregated"], found["GET /api/db"]
    cells = (
        load.title, load.users, whole.requests, f"{whole.per_second:.1f}", f"{whole.median:.0f} / {whole.p95:.0f} ms",
        f"{db.p95:.0f} ms", whole.failures, under_way,
    )  # fmt: skip
    return f"| {' | '.join(map(str, cells))} |"


@click.command()
@click.option("--seconds", default=120, show_default=True, help="Length of the step with the most users.")
@click.option("--write", "writes", is_flag=True, help="Write the table into docs/performance.md.")
def main(seconds: int, writes: bool) -> None:  # click passes flags by name
    """Measure, print the table, and write it down if asked to."""
    lines = [HEAD, "|---|---|---|---|---|---|---|---|"]
    with tempfile.TemporaryDirectory() as repository:
        cluster = read_cluster(write(rendered(ROOT / "tests/fixtures/valid/reference.yaml"), Path(repository)))
        with started(cluster, settings.rendered) as lab:
            for load in LOADS:
                with tempfile.TemporaryDirectory() as folder:
                    lines.append(row(lab, load, Path(folder), seconds))
                click.echo(lines[-1])
    if writes:
        text = DOCUMENT.read_text()
        before, after = text[: text.index(START) + len(START)], text[text.index(END) :]
        DOCUMENT.write_text(f"{before}\n" + "\n".join(lines) + f"\n{after}")


if __name__ == "__main__":
    main()
