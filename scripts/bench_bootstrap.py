"""What bring-up costs on a real LXD: eight containers of the reference cluster, with stand-ins for Kubernetes.

Side by side, and one machine after the other, in one run of this program; then a run that changes nothing, and one that
adds a worker. `make bench-bootstrap` runs this (root, as `make lxd`); `--write` puts the table into
docs/performance.md.
"""

import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import click

from scripts.bootstrap_figures import StepTaken, critical_path, requests, steps
from tests.bootstrap.end_to_end.site import EndToEnd, started
from tests.support import ROOT

DOCUMENT = ROOT / "docs/performance.md"
START, END = "<!-- bench bootstrap: start -->", "<!-- bench bootstrap: end -->"
HEAD = "| Run | Time | Beside the first | Longest steps | Requests to LXD | Commands on machines |"
LIMIT = 900.0
LONGEST = 4
LAST = 12  # lines of a log
WORKER = "  - {name: k8s-worker-4, role: worker, address: 10.196.35.27}\n"


@dataclass(frozen=True)
class Cost:
    """Of one run. `seconds`: of the whole process."""

    seconds: float
    steps: tuple[StepTaken, ...]
    requests: int
    commands: int

    def row(self, title: str, first: "Cost") -> str:
        """Its row of the table."""
        longest = sorted(self.steps, key=lambda step: -step.seconds)[:LONGEST]
        named = ", ".join(f"{step.name} {step.seconds:.1f}" for step in longest)
        cells = (
            title,
            f"{self.seconds:.1f} s",
            f"{self.seconds / first.seconds:.2f}",
            named,
            self.requests,
            self.commands,
        )
        return f"| {' | '.join(map(str, cells))} |"


def up(site: EndToEnd, *options: str) -> Cost:
    """Run `hagen bootstrap up` and count. ClickException when it fails."""
    log = site.folder / "requests.log"
    where = ["-r", site.repository, "--lxd", site.lab.socket("one"), "--agent-wheels", site.folder / "wheels"]
    command = [sys.executable, "-m", "scripts.counted_requests", log, "bootstrap", "up", *where, "--json", *options]
    began = time.monotonic()
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True, text=True, check=False, timeout=LIMIT, stdin=subprocess.DEVNULL, cwd=ROOT,
    )  # fmt: skip
    seconds = time.monotonic() - began
    try:
        taken = steps(done.stdout.splitlines())
    except ValueError as error:
        raise click.ClickException(f"{error}{done.stderr}\n{last_words(site)}") from error
    return Cost(seconds, taken, *requests(log.read_text().splitlines()))


def last_words(site: EndToEnd) -> str:
    """The ends of the last run's logs: the folder goes with this program."""
    logs = sorted(site.repository.glob(".hagen/*/runs/latest/*.log"))
    return "\n".join(f"{log.stem}: " + "\n  ".join(log.read_text().splitlines()[-LAST:]) for log in logs)


def measured(site: EndToEnd) -> list[str]:
    """Every run, and the lines of the document."""
    site.killed_in("first-boot")  # the first machine made from an image waits until LXD has unpacked that
    site.down()
    one_by_one = up(site, "--at-once", "1")
    click.echo(f"one after the other: {one_by_one.seconds:.1f} s", err=True)
    site.down()
    together = up(site)
    click.echo(f"side by side: {together.seconds:.1f} s", err=True)
    again = up(site)
    site.configuration.write_text(site.configuration.read_text() + WORKER)
    site.render()
    worker = up(site)
    parallel = {step.name for step in together.steps if step.side_by_side}
    path = critical_path(one_by_one.steps, parallel)
    return [
        HEAD,
        "|---|---|---|---|---|---|",
        together.row("from nothing, side by side", together),
        one_by_one.row("from nothing, one machine after the other (`--at-once 1`)", together),
        again.row("again, nothing to do", together),
        worker.row("one worker more", together),
        "",
        f"Critical path: {path:.1f} s, {path / together.seconds:.2f} of the first run.",
    ]


@click.command()
@click.option("--write", "writes", is_flag=True, help="Write the table into docs/performance.md.")
def main(*, writes: bool) -> None:
    """Measure, print the table, and write it down if asked to."""
    with tempfile.TemporaryDirectory() as folder, started(Path(folder)) as site:
        try:
            lines = measured(site)
        finally:
            site.down()
    click.echo("\n".join(lines))
    if writes:
        text = DOCUMENT.read_text()
        before, after = text[: text.index(START) + len(START)], text[text.index(END) :]
        DOCUMENT.write_text(f"{before}\n" + "\n".join(lines) + f"\n{after}")


if __name__ == "__main__":
    main()
