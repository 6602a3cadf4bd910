"""What every command begins with: which cluster, and where its machines are made."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from ..inventory import InventoryError, load_inventory
from ..provider.lxd import LxdProvider, Server
from ..site import Site

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Where:
    """The options that say which cluster. `repository`: the rendered one; `cluster`: one of clusters/*."""

    repository: Path
    cluster: str
    lxd: str
    project: str


def where(command: F) -> F:
    """The options that every command has."""
    for option in reversed(
        (
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
    ):
        command = option(command)
    return command


def open_site(wanted: Where) -> Site:
    """The cluster, and a provider for it, which is not asked anything yet. ClickException with every problem."""
    path = inventory_of(wanted.repository, wanted.cluster)
    try:
        inventory = load_inventory(path)
    except InventoryError as error:
        raise click.ClickException("\n".join(f"{path}: {problem}" for problem in error.problems)) from error
    server = Server(endpoint=wanted.lxd, project=wanted.project)
    return Site(path.parent.resolve(), inventory, LxdProvider(server.connect, inventory.cluster))


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
