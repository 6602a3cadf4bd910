"""The cluster at a glance: a table for a terminal."""

from collections.abc import Iterator, Sequence
from typing import Final

from rich.box import ROUNDED
from rich.console import Console
from rich.table import Table

from .topology import Topology

_SHOWN: Final = 3

Row = tuple[str, int, str, str]


def show_overview(topology: Topology) -> None:
    """Print what the cluster consists of, and how much of it may fail."""
    title = f"{topology.name}: Kubernetes {topology.kubernetes.version}, virtual IP {topology.network.virtual_ip}"
    table = Table(
        "", "", "Names", "May fail at once", title=title, box=ROUNDED, title_justify="left", title_style="bold"
    )
    table.columns[1].justify = "right"
    for what, number, names, tolerance in rows(topology):
        style = "yellow" if tolerance.startswith("none") else ""
        table.add_row(what, str(number), names, tolerance, style=style)
    Console(highlight=False).print(table)


def rows(topology: Topology) -> Iterator[Row]:
    """What there is, how many, their names, and how many of them may fail."""
    balancers, etcd, galera = topology.load_balancers, topology.etcd, topology.galera
    spare = len(balancers) - 1
    noticed = f", noticed after {topology.network.vrrp.down_milliseconds} ms" if spare else ""
    yield "load balancers", len(balancers), _names([each.name for each in balancers]), _some(spare) + noticed
    quorum = f" (etcd quorum {etcd.quorum} of {len(etcd.members)})"
    yield (
        "control planes",
        len(etcd.members),
        _names([each.name for each in etcd.members]),
        _some(etcd.tolerance) + quorum,
    )
    spare_workers = len(topology.workers) - galera.size + galera.tolerance
    yield "workers", len(topology.workers), _names([each.name for each in topology.workers]), _some(spare_workers)
    yield (
        "database nodes",
        galera.size,
        galera.name,
        f"{_some(galera.tolerance)} (Galera quorum {galera.quorum} of {galera.size})",
    )


def _some(number: int) -> str:
    return str(number) if number else "none"


def _names(names: Sequence[str]) -> str:
    """All names of a few machines; the first and the last of many."""
    return ", ".join(names) if len(names) <= _SHOWN else f"{names[0]} ... {names[-1]}"
