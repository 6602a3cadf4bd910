"""`hagen bootstrap plan`: what `up` would do, and nothing else."""

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TextIO

import click
from rich.console import Console
from rich.table import Table

from ..events import Events
from ..journal import Journal
from ..observe import observe
from ..plan import Change, Kind, plan, something
from ..redaction import Secrets
from ..run import Run
from ..site import Site
from .opening import known, on_site, wanted

_SOMETHING: Final = 2
_COLOURS: Final = {
    Kind.NOTE: "dim",
    Kind.WAIT: "yellow",
    Kind.START: "green",
    Kind.CREATE: "green",
    Kind.JOIN: "green",
    Kind.RELOAD: "yellow",
    Kind.CHANGE: "yellow",
    Kind.RESTART: "yellow",
    Kind.REPLACE: "red",
    Kind.REMOVE: "red",
}


@click.command("plan")
@on_site
@click.option("--replace", multiple=True, metavar="NAME", help="As if `up` were told so. Repeatable.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def command(site: Site, replace: tuple[str, ...], as_json: bool) -> None:
    """Show what `up` would do. Exit code 2 when that is something, 1 when it would refuse."""
    known(site, replace)
    with tempfile.TemporaryDirectory(prefix="hagen-plan-") as scratch:
        secrets = Secrets()
        run = Run(site, Events(), Journal(Path(scratch), secrets), secrets)
        changes = plan(wanted(site), observe(run), replace)
    if as_json:
        click.echo(json.dumps({"changes": [vars(change) for change in changes]}, indent=2))
    else:
        show(changes)
    if any(change.refused for change in changes):
        raise click.exceptions.Exit(1)
    if something(changes):
        raise click.exceptions.Exit(_SOMETHING)


def show(changes: Sequence[Change], stream: TextIO | None = None) -> None:
    """A table on a terminal, lines with tabs in a pipe. `stream`: standard output, if nothing else is said."""
    stream = stream or sys.stdout
    if not stream.isatty():
        for change in changes:
            text = f"{change.kind}\t{change.machine}\t{change.text}\t{change.refused}".rstrip("\t")
            click.echo(text, stream)
        if not changes:
            click.echo("All is as wanted.", stream)
        return
    console = Console(file=stream)
    if not changes:
        console.print("[green]All is as wanted.[/]")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("What", "Machine", ""):
        table.add_column(title)
    for change in changes:
        text = change.text + (f"\n[bold red]refused:[/] {change.refused}" if change.refused else "")
        table.add_row(f"[{_COLOURS[change.kind]}]{change.kind}[/]", change.machine, text)
    console.print(table)
