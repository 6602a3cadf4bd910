"""`hagen diff`: what a render would change."""

import sys
from pathlib import Path

import click

from ..ahead import generate_ahead
from .options import config_option, output_option, plain_option, template_option
from .render import load_publisher

CHANGES = 2


@click.command("diff")
@config_option
@output_option
@template_option
@plain_option
@click.option("--stat", is_flag=True, help="List the files only.")
def command(config: Path, output: Path | None, template: Path, plain: bool, stat: bool) -> None:
    """Show what `hagen render` would change in the checked-out branch, and write nothing.

    Exit code: 0 nothing, 2 something, 1 errors.
    """
    with generate_ahead(load_publisher) as generate:
        # Loaded while the child loads its own.
        from ..rendering import rendered, sound_report, tell  # noqa: PLC0415

        report = sound_report(config)
        name = report.sound.metadata.name
        result = rendered(report, output, template, generate)
    tell(result.notes)
    from ..console import show_changes  # noqa: PLC0415
    from ..publish import preview  # noqa: PLC0415

    found = preview(result.directory, result.files, cluster=name, plain=plain, color=sys.stdout.isatty() and not stat)
    if stat:
        show_changes(found.changes)
    else:
        click.echo(found.diff, nl=False)
    for path in found.conflicts:
        click.echo(f"conflict: {path} was changed by hand and by the render", err=True)
    raise SystemExit(CHANGES if found.changed else 0)
