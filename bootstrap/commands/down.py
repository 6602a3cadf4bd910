"""`hagen bootstrap down`: remove what `up` made, and look whether nothing is left."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click

from ..errors import BootstrapError, Problems
from ..provider.contract import ProviderError
from ..site import Site
from .opening import asked, on_site, working


@click.command("down")
@on_site
@click.option("--yes", is_flag=True, help="Do not ask.")
def command(site: Site, yes: bool) -> None:
    """Remove the machines of the cluster with all their data, and the network if `up` made it. Nothing of others."""
    names = sorted(site.provider.machines())
    if names and not yes:
        click.echo("\n".join(names))
        asked(f"These machines of cluster {site.inventory.cluster} and all their data are lost. Go on?")
    removed = down(site)
    for each in removed:
        click.echo(f"removed {each}")
    click.echo(f"Nothing of cluster {site.inventory.cluster} is left.")


def down(site: Site) -> tuple[str, ...]:
    """What was removed. Problems names all that could not be; nothing that is not this cluster's is touched."""
    with working(site, threading.Event()):
        names = sorted(site.provider.machines())
        problems: list[BootstrapError] = []

        def one(machine: str) -> None:
            try:
                site.provider.delete(machine)
            except ProviderError as error:
                problems.append(BootstrapError(error.place, error.cause, error.remedy))

        with ThreadPoolExecutor(max_workers=8) as pool:
            list(pool.map(one, names))
        left = sorted(site.provider.machines())
        problems += [BootstrapError(f"machine {each}", "it is still there") for each in left if not problems]
        if problems:
            raise Problems(problems)
        bridge = site.inventory.provider.bridge
        removed = [f"machine {each}" for each in names]
        if bridge and site.provider.delete_network(bridge):
            removed.append(f"network {bridge}")
        kubeconfig = site.repository / "kubeconfig"
        if _is_ours(kubeconfig, site):
            kubeconfig.unlink()
            removed.append("kubeconfig")
        return tuple(removed)


def _is_ours(kubeconfig: Path, site: Site) -> bool:
    """One repository may hold several clusters, and has one kubeconfig: of the one that was brought up last."""
    server = f"server: https://{site.inventory.kubernetes.endpoint}\n"
    return kubeconfig.is_file() and server.encode() in kubeconfig.read_bytes()
