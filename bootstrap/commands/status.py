"""`hagen status`: the cluster on one screen, from the agents, the provider and the API."""

import sys
import tempfile
import time
from contextlib import ExitStack, closing
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.live import Live

from ..agents.reach import Agents
from ..events import Events
from ..journal import Journal
from ..redaction import Secrets
from ..reporting.status import Status, as_json, as_lines, overall, screen
from ..run import Run
from ..site import Site
from ..status import status
from ..status.look import Asking
from .drill_stage import agents_of
from .opening import INTERRUPTED, on_site


@click.command("status")
@on_site
@click.option("--watch", is_flag=True, help="Look again and again, until Ctrl-C.")
@click.option(
    "--interval", default=2.0, show_default=True, type=click.FloatRange(0.5, 3600), help="Seconds between looks."
)
@click.option("--json", "as_document", is_flag=True, help="As JSON.")
def command(site: Site, *, watch: bool, interval: float, as_document: bool) -> None:
    """Who has the virtual IP, whether etcd and the database have a quorum, and what to do about what is not well.

    Exit code: 0 ok, 3 degraded, 4 unknown, 5 critical, by the worst line; 130 for --watch, which Ctrl-C ends.
    """
    if watch and as_document:
        raise click.UsageError("--json is one look, --watch is many: leave one of them out.")
    if code := shown(site, watch=watch, interval=interval, as_document=as_document):
        raise click.exceptions.Exit(code)


def shown(site: Site, *, watch: bool = False, interval: float = 2.0, as_document: bool = False) -> int:
    """Look, show, and give the exit code."""
    with (
        tempfile.TemporaryDirectory(prefix="hagen-status-") as scratch,
        closing(Agents(agents_of(site, Path(scratch)))) as agents,
    ):
        secrets = Secrets()
        asking = Asking(Run(site, Events(), Journal(Path(scratch), secrets), secrets), agents)
        if watch:
            _watch(asking, site.inventory.cluster, interval)
        found = status(asking.look())
    _show(found, site.inventory.cluster, as_document=as_document)
    return int(overall(found))


def _watch(asking: Asking, cluster: str, interval: float) -> None:
    """Until somebody ends it. On a terminal one screen that changes; in a pipe lines, an empty one after each look."""
    console = Console()
    try:
        with ExitStack() as stack:
            live = (
                stack.enter_context(Live(console=console, screen=True, auto_refresh=False))
                if console.is_terminal
                else None
            )
            while True:
                began = time.monotonic()
                found = status(asking.look())
                if live is not None:
                    live.update(screen(found, cluster, _now()), refresh=True)
                else:
                    as_lines(found, sys.stdout)
                    click.echo()  # which flushes
                time.sleep(max(0.0, began + interval - time.monotonic()))
    except KeyboardInterrupt:
        raise click.exceptions.Exit(INTERRUPTED) from None


def _show(found: Status, cluster: str, *, as_document: bool) -> None:
    if as_document:
        click.echo(as_json(found, cluster))
    elif sys.stdout.isatty():
        Console(highlight=False).print(screen(found, cluster, _now()))
    else:
        as_lines(found, sys.stdout)


def _now() -> str:
    return datetime.now().astimezone().strftime("%H:%M:%S")
