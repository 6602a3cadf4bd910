"""`hagen render`: hagen.yaml -> a git repository."""

import sys
from pathlib import Path

import click

from ..check import Report, check_file
from ..console import count, show_changes, show_problems
from ..errors import HagenError
from ..publish import Action, Outcome, Render, primary_of, publish, write_plain
from ..render import render
from ..topology import plan
from ..version import version
from .check import exit_code, summary
from .options import config_option, output_option, plain_option, strict_option, template_option


@click.command("render")
@config_option
@output_option
@template_option
@plain_option
@strict_option
def command(config: Path, output: Path | None, template: Path, plain: bool, strict: bool) -> None:  # noqa: FBT001
    """Render hagen.yaml into a git repository: a commit on hagen/rendered, merged into the checked-out branch.

    Edits made by hand survive; an unchanged render makes no commit and touches no file.
    """
    report = sound_report(config, strict=strict)
    directory, files = rendered(report, output, template)
    name = report.sound.metadata.name
    if plain:
        outcome = write_plain(directory, files, cluster=name)
    else:
        outcome = publish(directory, files, cluster=name, version=version())
    _tell(outcome, name, output or directory, len(files))


def sound_report(config: Path, *, strict: bool = False) -> Report:
    """The report on a file that can be rendered; otherwise the problems are shown and the process ends."""
    report = check_file(config)
    show_problems(report.problems, report.file, report.source, sys.stderr)
    code = exit_code(report, strict=strict)
    if code:
        click.echo(f"{summary(report)}; nothing was written", err=True)
        raise SystemExit(code)
    return report


def rendered(report: Report, output: Path | None, template: Path) -> tuple[Path, Render]:
    """Where a render goes, and its files: the first cluster of a repository owns the repository's top."""
    name = report.sound.metadata.name
    directory = output or Path("build") / name
    primary = primary_of(directory) in {None, name}
    return directory, render(plan(report.sound), report.content, template, primary=primary)


def _tell(outcome: Outcome, cluster: str, directory: Path, files: int) -> None:
    """What happened, in few lines; a conflict is an error."""
    for copy in outcome.recovered:
        click.echo(f"an interrupted render was finished; your version of a file is kept in {copy}", err=True)
    for path in outcome.kept:
        click.echo(f"{path} is no longer rendered; it was edited by hand and stays", err=True)
    commit = f", commit {outcome.head[:10]} on {outcome.branch}" if outcome.head else ""
    match outcome.action:
        case Action.UNCHANGED:
            click.echo(f"{directory}: nothing to change ({count(files, 'file')} of {cluster})")
        case Action.CREATED:
            click.echo(f"{directory}: {count(files, 'file')} of {cluster}{commit}")
            click.echo(f"Next: read {directory / 'README.md'}.")
        case Action.CONFLICT:
            show_changes(outcome.changes)
            details = tuple(f"both changed: {path}" for path in outcome.conflicts)
            message = f"{directory}: edits made by hand and the render changed the same lines"
            raise HagenError(message, details=details, remedy=outcome.remedy)
        case _:
            show_changes(outcome.changes)
            how = "merged with edits made by hand" if outcome.action is Action.MERGED else "up to date"
            click.echo(f"{directory}: {cluster} {how}{commit}")
