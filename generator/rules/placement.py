"""Placement on hosts (LXD cluster members): what the loss of one host takes along."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from ..model import Cluster, Node
from ..problem import Finding
from .quorum import GALERA_SIZES, count
from .rule import Rule, reads, write

_NAMED: Final = 3  # machines that a message names


def _placed(cluster: Cluster, role: str) -> dict[str, list[tuple[int, Node]]]:
    """The machines of a role by host, with their place in the list."""
    hosts: dict[str, list[tuple[int, Node]]] = defaultdict(list)
    for index, node in enumerate(cluster.nodes):
        if node.role == role and node.host is not None:
            hosts[node.host].append((index, node))
    return hosts


def _names(machines: list[tuple[int, Node]]) -> str:
    names = [node.name for _, node in machines]
    return ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")


def _elsewhere(cluster: Cluster, hosts: dict[str, list[tuple[int, Node]]], limit: int) -> str:
    """A host that can take one more, or a new one."""
    known = sorted({node.host for node in cluster.nodes if node.host is not None})
    free = next((host for host in known if len(hosts.get(host, ())) < limit), None)
    return free if free is not None else "a further host"


@reads("nodes")
def etcd(cluster: Cluster) -> Iterator[Finding]:
    """A majority of the etcd members survives each host."""
    members = count(cluster, "control-plane")
    tolerated = (members - 1) // 2
    hosts = _placed(cluster, "control-plane")
    for host, machines in hosts.items():
        if tolerated and len(machines) > tolerated:
            index, node = machines[tolerated]
            message = f"host {host} carries {len(machines)} of {members} control planes: {_names(machines)}"
            remedy = f"move {node.name} to {_elsewhere(cluster, hosts, tolerated)}"
            yield Finding("HG801", ("nodes", index, "host"), message, remedy)


@reads("nodes")
def load_balancers(cluster: Cluster) -> Iterator[Finding]:
    """A load balancer survives each host."""
    balancers = count(cluster, "load-balancer")
    hosts = _placed(cluster, "load-balancer")
    for host, machines in hosts.items():
        if len(machines) == balancers > 1:
            index, node = machines[-1]
            message = f"host {host} carries all load balancers: {_names(machines)}"
            remedy = f"move {node.name} to {_elsewhere(cluster, hosts, 1)}"
            yield Finding("HG802", ("nodes", index, "host"), message, remedy)


@reads("nodes", "database.size", "database.antiAffinity")
def galera(cluster: Cluster) -> Iterator[Finding]:
    """A majority of the Galera nodes survives each host, wherever the scheduler puts them."""
    size, hosts = cluster.database.size, _placed(cluster, "worker")
    if size not in GALERA_SIZES:
        return
    if cluster.database.anti_affinity == "zone":
        yield from _zones(size, hosts)
        return
    worst = max(hosts.items(), key=lambda entry: len(entry[1]), default=None)
    tolerated = (size - 1) // 2
    if worst is not None and len(worst[1]) > tolerated:
        host, machines = worst
        message = f"{min(len(machines), size)} of {size} Galera nodes may run on host {host}: {_names(machines)}"
        if len(hosts) >= size:
            path = ("database", "antiAffinity")
            yield Finding("HG803", path, message, write(cluster, path, "zone"))
        else:
            index, node = machines[tolerated]
            remedy = f"move {node.name} to {_elsewhere(cluster, hosts, tolerated)}"
            yield Finding("HG803", ("nodes", index, "host"), message, remedy)


def _zones(size: int, hosts: dict[str, list[tuple[int, Node]]]) -> Iterator[Finding]:
    if len(hosts) < size:
        message = f"antiAffinity zone needs workers on {size} hosts, and they are on {len(hosts)}"
        remedy = f"write host: for workers on {size} different hosts, or antiAffinity: hostname"
        yield Finding("HG807", ("database", "antiAffinity"), message, remedy)


@reads("nodes")
def unplaced(cluster: Cluster) -> Iterator[Finding]:
    """All machines have a host, or none."""
    missing = [(index, node) for index, node in enumerate(cluster.nodes) if node.host is None]
    if missing and len(missing) < len(cluster.nodes):
        message = f"{len(missing)} of {len(cluster.nodes)} machines have no host: {_names(missing)}"
        yield Finding("HG806", ("nodes", missing[0][0]), message, "write host: for every machine, or for none")


RULES: Final[tuple[Rule, ...]] = (etcd, load_balancers, galera, unplaced)
