"""Measure `hagen render` beside plain cookiecutter, in one run: whole processes, interleaved, medians, peak memory.

cookiecutter renders a template of as many files with the same content, each with the cluster's name as a variable; it
validates nothing and knows no git. `make bench` runs this; figures go to docs/performance.md with `--write`.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
PAGE = ROOT / "docs/performance.md"
START, END = "<!-- bench: start -->", "<!-- bench: end -->"


@dataclass
class Series:
    """Runs of one command: seconds, and the highest resident memory in MiB."""

    seconds: list[float] = field(default_factory=list)
    memory: float = 0

    @property
    def median(self) -> float:
        """Half of the runs took longer."""
        return statistics.median(self.seconds)


def measure(series: Series, argv: list[str | Path], cwd: Path) -> None:
    """Run a command once, to its end."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    with subprocess.Popen([str(part) for part in argv], cwd=cwd, env=environment, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        series.seconds.append(time.perf_counter() - start)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{argv} ended with {process.returncode}")
    series.memory = max(series.memory, usage.ru_maxrss / 1024)


def configuration(machines: int) -> str:
    """A hagen.yaml with so many machines: 2 load balancers, 3 control planes, and workers."""
    lines = ["apiVersion: hagen.dev/v1alpha1", "kind: Cluster", "metadata: {name: bench}"]
    lines += ["kubernetes: {podCIDR: 10.128.0.0/14}", "network: {cidr: 10.16.0.0/16, virtualIP: 10.16.0.30}", "nodes:"]
    roles = ["load-balancer"] * 2 + ["control-plane"] * 3 + ["worker"] * (machines - 5)
    for number, role in enumerate(roles):
        address = f"10.16.{1 + number // 200}.{1 + number % 200}"
        lines.append(f"  - {{name: machine-{number}, role: {role}, address: {address}}}")
    return "\n".join(lines) + "\n"


def plain_template(rendered: Path, directory: Path) -> int:
    """A cookiecutter template with the files that hagen rendered; how many they are."""
    project = directory / "{{cookiecutter.name}}"
    ignore = shutil.ignore_patterns(".git", ".hagen*")
    shutil.copytree(rendered, project, ignore=ignore)
    (directory / "cookiecutter.json").write_text('{"name": "bench"}')
    files = [path for path in project.rglob("*") if path.is_file()]
    for path in files:
        text = path.read_text().replace("{{", "{{ '{{' }}").replace("{#", "{{ '{#' }}").replace("{%", "{{ '{%' }}")
        path.write_text(text.replace("bench", "{{ cookiecutter.name }}"))
    return len(files)


def bench(machines: int, runs: int, scratch: Path) -> list[str]:
    """A row of the table for so many machines."""
    scratch.mkdir()
    (scratch / "hagen.yaml").write_text(configuration(machines))
    hagen = [BIN / "hagen", "render", "-o"]
    subprocess.run([*map(str, hagen), "kept"], cwd=scratch, check=True, stdout=subprocess.DEVNULL)
    files = plain_template(scratch / "kept", scratch / "template")
    cookiecutter, fresh, plain, unchanged = Series(), Series(), Series(), Series()
    for run in range(runs + 1):
        target = [cookiecutter, fresh, plain, unchanged] if run else [Series(), Series(), Series(), Series()]
        measure(target[0], [BIN / "cookiecutter", "--no-input", "-o", f"cookiecutter-{run}", "template"], scratch)
        measure(target[1], [*hagen, f"fresh-{run}"], scratch)
        measure(target[2], [*hagen, f"plain-{run}", "--plain"], scratch)
        measure(target[3], [*hagen, "kept"], scratch)
    base = cookiecutter.median
    cells = [f"{series.median * 1000:.0f} ms ({series.median / base:.2f})" for series in (fresh, plain, unchanged)]
    memory = f"{fresh.memory:.0f} / {cookiecutter.memory:.0f} MiB"
    return [str(machines), str(files), f"{base * 1000:.0f} ms", *cells, memory]


@click.command()
@click.option("--runs", default=11, show_default=True, help="Measured runs of each command; one more warms up.")
@click.option("--write", is_flag=True, help="Write the table into docs/performance.md.")
def main(runs: int, write: bool) -> None:  # click passes flags by name
    """Measure, print a table, and write it down if asked to."""
    head = [
        "Machines",
        "Files",
        "cookiecutter",
        "`hagen render`, new (ratio)",
        "`--plain`, new (ratio)",
        "unchanged (ratio)",
        "Peak memory, hagen / cookiecutter",
    ]
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    with tempfile.TemporaryDirectory(prefix="hagen-bench-") as scratch:
        for machines in (8, 50, 500):
            lines.append(f"| {' | '.join(bench(machines, runs, Path(scratch) / str(machines)))} |")
            click.echo(f"{machines} machines measured", err=True)
    table = "\n".join(lines)
    click.echo(table)
    if write:
        text = PAGE.read_text()
        before, after = text[: text.index(START) + len(START)], text[text.index(END) :]
        PAGE.write_text(f"{before}\n{table}\n{after}")


if __name__ == "__main__":
    main()
