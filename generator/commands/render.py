"""`hagen render`: hagen.yaml -> a git repository."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..ahead import generate_ahead
from ..errors import HagenError
from .options import config_option, output_option, plain_option, strict_option, template_option

if TYPE_CHECKING:
    from ..publish import Outcome
    from ..rendering import Rendered


@click.command("render")
@config_option
@output_option
@template_option
@plain_option
@strict_option
def command(config: Path, output: Path | None, template: Path, plain: bool, strict: bool) -> None:
    """Render hagen.yaml into a git repository: a commit on hagen/rendered, merged into the checked-out branch.

    Edits made by hand survive; an unchanged render makes no commit and touches no file.
    """
    with generate_ahead(load_publisher) as generate:
        # Loaded while the child loads its own.
        from ..rendering import rendered, sound_report, tell  # noqa: PLC0415

        report = sound_report(config, strict=strict)
        name = report.sound.metadata.name
        result = rendered(report, output, template, generate)
    tell(result.notes)
    put(result, name, plain=plain)


def put(result: "Rendered", cluster: str, *, plain: bool, bound: frozenset[str] = frozenset()) -> None:
    """Publish a render, and say what happened. Edits by hand at the paths in `bound` are undone."""
    from ..publish import publish, write_plain  # noqa: PLC0415
    from ..version import version  # noqa: PLC0415

    if plain:
        outcome = write_plain(result.directory, result.files, cluster=cluster)
    else:
        outcome = publish(result.directory, result.files, cluster=cluster, version=version(), bound=bound)
    _tell(outcome, cluster, result.directory, len(result.files))


def load_publisher() -> None:
    """Load what publishes: done while the child renders."""
    from .. import publish, version  # noqa: F401, PLC0415


def _tell(outcome: "Outcome", cluster: str, directory: Path, files: int) -> None:
    """What happened, in few lines; a conflict is an error."""
    from ..console import count, show_changes  # noqa: PLC0415
    from ..publish import Action  # noqa: PLC0415

    for copy in outcome.recovered:
        click.echo(f"an interrupted render was finished; your version of a file is kept in {copy}", err=True)
    for path in outcome.kept:
        click.echo(f"{path} is no longer rendered; it was edited by hand and stays", err=True)
    for path in outcome.restored:
        click.echo(f"{path} is as rendered again; the edit by hand stays in git's history", err=True)
    commit = f", commit {outcome.head[:10]} on {outcome.branch}" if outcome.head else ""
    match outcome.action:
        case Action.UNCHANGED:
            click.echo(f"{directory}: nothing to change ({count(files, 'file')} of {cluster})")
        case Action.CREATED:
            click.echo(f"{directory}: {count(files, 'file')} of {cluster}{commit}")
            click.echo(f"Next: read {directory / 'README.md'}.")
        case Action.CONFLICT:
            show_changes(outcome.changes)
            details = tuple(f"conflict in {path}" for path in outcome.conflicts)
            message = f"{directory}: git cannot merge the render and the edits made by hand by itself"
            raise HagenError(message, details=details, remedy=outcome.remedy)
        case _:
            show_changes(outcome.changes)
            how = {Action.MERGED: "merged with edits made by hand", Action.RESTORED: "put back as rendered"}
            click.echo(f"{directory}: {cluster} {how.get(outcome.action, 'updated')}{commit}")
