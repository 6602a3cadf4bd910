"""What every command begins with: which cluster, and where its machines are made."""

import functools
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from ..errors import BootstrapError, Problems
from ..inventory import InventoryError, Machine, load_inventory
from ..lease import leased, name
from ..predecessor import following
from ..provider.contract import ProviderError, Wanted
from ..provider.lxd import LxdProvider, Server
from ..site import Site

INTERRUPTED = 130
_OPTIONS = (
    click.option(
        "-r",
        "--repository",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        default=Path(),
        help="The rendered repository.  [default: this folder]",
    ),
    click.option("--cluster", default="", help="One of clusters/*, where there are several."),
    click.option("--lxd", default="", envvar="HAGEN_LXD", help="LXD's socket, or https://host:port."),
    click.option("--project", default="", envvar="HAGEN_LXD_PROJECT", help="LXD's project."),
)


@dataclass(frozen=True)
class Where:
    """The options that say which cluster. `repository`: the rendered one; `cluster`: one of clusters/*."""

    repository: Path
    cluster: str
    lxd: str
    project: str


def on_site(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that say which cluster, and that cluster as its first argument.

    What it raises becomes a message: ClickException with every problem.
    """

    @functools.wraps(command)
    def opened(repository: Path, cluster: str, lxd: str, project: str, **rest: object) -> None:
        with translated():
            command(open_site(Where(repository, cluster, lxd, project)), **rest)

    for option in reversed(_OPTIONS):
        opened = option(opened)
    return opened


@contextmanager
def translated() -> Iterator[None]:
    """What is raised becomes a message: ClickException with every problem."""
    try:
        yield
    except ProviderError as error:
        raise click.ClickException(str(error)) from error
    except Problems as error:
        raise click.ClickException("\n".join(map(said, error.problems))) from error
    except BootstrapError as error:
        raise click.ClickException(said(error)) from error
    except OSError as error:
        if error.filename is None:  # of no file: of the output, or of the network
            raise
        raise click.ClickException(f"{error.filename}: {error.strerror}") from error


def open_site(wanted: Where) -> Site:
    """The cluster, and a provider for it, which is not asked anything yet. ClickException with every problem."""
    path = inventory_of(wanted.repository, wanted.cluster)
    try:
        inventory = load_inventory(path)
    except InventoryError as error:
        raise click.ClickException("\n".join(f"{path}: {problem}" for problem in error.problems)) from error
    if inventory.cluster != path.parent.name:
        message = f"{path}: cluster is {inventory.cluster}, and its folder is {path.parent.name}; render it anew"
        raise click.ClickException(message)
    server = Server(endpoint=wanted.lxd, project=wanted.project)
    local = not wanted.lxd or wanted.lxd.startswith("/")  # a socket
    return Site(path.parent.resolve(), inventory, LxdProvider(server.connect, inventory.cluster, server), local)


def inventory_of(repository: Path, cluster: str) -> Path:
    """clusters/<cluster>/inventory.yaml; without a name the only one. ClickException when that is not clear."""
    found = {path.parent.name: path for path in sorted(repository.glob("clusters/*/inventory.yaml"))}
    if cluster in found:
        return found[cluster]
    if not found:
        raise click.ClickException(f"{repository}: no clusters/*/inventory.yaml here; render it first: make render")
    names = ", ".join(found)
    if cluster:
        raise click.ClickException(f"{repository}: there is no cluster {cluster}; there are: {names}")
    if len(found) > 1:
        raise click.ClickException(f"{repository}: several clusters: {names}; say which with --cluster")
    return next(iter(found.values()))


def machine_of(site: Site, name: str) -> Machine:
    """A machine of the inventory. BadParameter with those there are."""
    for machine in site.inventory.machines:
        if machine.name == name:
            return machine
    names = ", ".join(machine.name for machine in site.inventory.machines)
    raise click.BadParameter(f"there is no machine {name}; there are: {names}", param_hint="NODE")


@contextmanager
def working(site: Site, lost: threading.Event) -> Iterator[None]:
    """The only run that works on this cluster, here and anywhere. BootstrapError when another one does."""
    holder = name()
    with (
        following(site.repository / ".hagen" / site.inventory.cluster / "run.lock", holder) as dead,
        leased(site.provider, holder, lost, dead),
    ):
        yield


def wanted(site: Site) -> dict[str, Wanted]:
    """Every machine as it shall be."""
    return {machine.name: site.wanted(machine) for machine in site.inventory.machines}


def known(site: Site, names: Sequence[str]) -> None:
    """BadParameter when hagen.yaml has no such machines."""
    unknown = [each for each in names if each not in {machine.name for machine in site.inventory.machines}]
    if unknown:
        raise click.BadParameter(f"hagen.yaml has no machine {', '.join(unknown)}", param_hint="--replace")


def said(problem: BootstrapError) -> str:
    """A problem in full."""
    return str(problem) + (f"\n{problem.output}" if problem.output else "")


def asked(question: str) -> None:
    """Go on after a yes. Without a terminal nobody can say it: BootstrapError then; Abort after a no."""
    if not sys.stdin.isatty():
        raise BootstrapError("question", question, "Nobody can answer here; say --yes.")
    click.confirm(question, abort=True)
