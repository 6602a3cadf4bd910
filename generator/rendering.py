"""What `hagen render` and `hagen diff` have in common: a sound configuration, and the files that follow from it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .ahead import Generate
from .check import Report, check_file
from .console import exit_code, show_problems, summary
from .render import render
from .topology import plan

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
    files = render(
        plan(report.sound), report.content, template, primary=_is_primary(directory, name), generate=generate
    )
    return directory, files


def _is_primary(directory: Path, cluster: str) -> bool:
    if not directory.exists():
        return True
    from .publish import primary_of  # noqa: PLC0415

    return primary_of(directory) in {None, cluster}
