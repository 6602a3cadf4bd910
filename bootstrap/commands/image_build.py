"""`hagen image build`: a prepared image, which shortens the bring-up."""

import sys
from contextlib import AbstractContextManager, nullcontext
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from ..engine import carry_out
from ..errors import BootstrapError
from ..image import steps
from ..image.recipe import Recipe, recipe
from ..reporting.live import live
from ..reporting.plain import Plain
from ..reporting.stream import Stream
from ..reporting.summary import tell
from ..site import Site
from ..stopping import stoppable
from .opening import INTERRUPTED, on_site, working
from .up import new_run

if TYPE_CHECKING:
    from ..events import Listener


@click.command("build")
@on_site
@click.option("--alias", default="", help="Its name.  [default: hagen-CLUSTER-KUBERNETES]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each event.")
@click.option("--plain", is_flag=True, help="Plain lines, also on a terminal.")
def command(site: Site, *, alias: str, as_json: bool, plain: bool) -> None:
    """Make an image from the stock one: packages installed, container images pulled. One of its name is replaced."""
    run = new_run(site)
    wanted = recipe_of(site, alias)
    console = Console(highlight=False)
    stream = Stream(sys.stdout) if as_json else None
    if stream:
        shown: AbstractContextManager[Listener] = nullcontext(stream)
    elif plain or not console.is_terminal:
        shown = nullcontext(Plain(sys.stdout))
    else:
        shown = live(console, run.events.now)
    with working(site, run.stop), stoppable(run.stop, lambda text: click.echo(text, err=True)), shown as listener:
        run.events.add(listener)
        outcome = carry_out(run, steps(wanted))
    if stream:
        stream.end(outcome)
    else:
        tell(console, outcome, run.journal.folder, run.secrets)
    if outcome.problems:
        raise click.exceptions.Exit(INTERRUPTED if outcome.interrupted else 1)
    if not stream:
        console.print(f"In hagen.yaml: machines: {{image: {wanted.alias}, imageServer: null}}", soft_wrap=True)


def recipe_of(site: Site, alias: str = "") -> Recipe:
    """What a build makes. BootstrapError when a rendered file is not there, or cannot be used."""
    workers = site.machines("worker")
    balancers = site.machines("load-balancer")
    lock = _lock(site)
    try:
        return recipe(
            site.inventory,
            site.wanted(workers[0]),
            site.file(balancers[0].cloud_init).decode() if balancers else "",
            lock.read_bytes() if lock else None,
            site.provider.images(),
            alias=alias,
            version=metadata.version("hagen"),
        )
    except (OSError, ValueError) as error:
        place = str(lock) if lock else "rendered files"
        raise BootstrapError(place, str(error), "Restore it from git, or render the repository anew.") from error


def _lock(site: Site) -> Path | None:
    """hagen.lock of this cluster: the first one's lies at the top."""
    places = (site.folder / "hagen.lock", site.repository / "hagen.lock")
    return next((place for place in places if place.is_file()), None)
