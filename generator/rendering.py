"""What `hagen render` and `hagen diff` have in common: a sound configuration, and the files that follow from it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .ahead import Generate
from .check import Report, check_file
from .console import exit_code, show_problems, summary
from .errors import HagenError
from .render import render
from .topology import Topology, plan

if TYPE_CHECKING:
    from .files import Render


def sound_report(config: Path, *, strict: bool = False) -> Report:
    """The report on a file that can be rendered; otherwise the problems are shown and the process ends."""
    report = check_file(config)
    show_problems(report.problems, report.file, report.source, sys.stderr)
    code = exit_code(report, strict=strict)
    if code:
        click.echo(f"{summary(report)}; nothing was written", err=True)
        raise SystemExit(code)
    return report


def rendered(report: Report, output: Path | None, template: Path, generate: Generate) -> tuple[Path, "Render"]:
    """Where a render goes, and its files: the first cluster of a repository owns the repository's top."""
    name = report.sound.metadata.name
    directory = output or Path("build") / name
    topology = plan(report.sound)
    primary = _primary(directory)
    _refuse_renamed(Path(report.file), directory, name, primary)
    if primary is not None:
        _warn_of_twins(directory, topology)
    first = primary in {None, name}
    files = render(topology, report.content, template, primary=first, generate=generate)
    return directory, files


def _primary(directory: Path) -> str | None:
    """The cluster that owns the repository's top; None where there is no render yet."""
    if not directory.exists():
        return None
    from .publish import primary_of  # noqa: PLC0415  # not needed for a new repository

    return primary_of(directory)


def _refuse_renamed(config: Path, directory: Path, name: str, primary: str | None) -> None:
    """A new name in the repository's own hagen.yaml would make a second cluster of the first one's description."""
    own = directory / "hagen.yaml"
    if primary in {None, name} or not (own.exists() and config.exists() and own.samefile(config)):
        return
    raise HagenError(
        f"{config} describes {primary}, the first cluster of this repository, but is now named {name}",
        remedy=f"write name: {primary} again; for a further cluster render another file with -c",
    )


def _warn_of_twins(directory: Path, topology: Topology) -> None:
    """Say what this cluster shares with another one of the repository that it should not."""
    if all(path.name == topology.name for path in directory.glob("clusters/*")):
        return
    from .neighbours import shared_with_others  # noqa: PLC0415  # not needed for one cluster

    for shared in shared_with_others(directory, topology):
        click.echo(click.style("warning: ", fg="yellow", bold=True) + shared, err=True)
