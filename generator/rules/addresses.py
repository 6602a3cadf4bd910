"""Addresses of machines, gateway, virtual IP and DHCP range: inside the network, and each with one owner."""

from collections.abc import Iterator
from ipaddress import IPv4Address
from itertools import pairwise
from typing import Final

from ..model import Cluster
from ..problem import Finding, Path
from .believed import Believed, believed, first_free
from .rule import Rule, reads

_GATEWAY: Final[Path] = ("network", "gateway")
_VIRTUAL_IP: Final[Path] = ("network", "virtualIP")
_RANGE: Final[Path] = ("network", "dhcpRange")
_NAMED: Final = 3  # machines that a message names


@reads("network.cidr", "network.gateway", "network.virtualIP", "nodes")
def room(cluster: Cluster) -> Iterator[Finding]:
    """A network for these machines at all; without one the addresses are judged by the one that is meant."""
    finding = believed(cluster).finding
    if finding is not None:
        yield finding


@reads("network.cidr", "network.gateway", "nodes")
def gateway(cluster: Cluster) -> Iterator[Finding]:
    """An address that a router can have."""
    state, address = believed(cluster), cluster.network.gateway
    if not state.judges(cluster, "gateway"):
        return
    remedy = f"write gateway: {state.network[1]}" if state.network.num_addresses > 1 else "write a larger cidr"
    if address not in state.network:
        yield Finding("HG316", _GATEWAY, f"gateway {address} lies outside {state.network}", remedy)
    elif edge := _edge(address, state):
        yield Finding("HG306", _GATEWAY, f"gateway {address} is the {edge} address of {state.network}", remedy)


@reads("network.cidr", "network.gateway", "network.virtualIP", "nodes")
def virtual_ip(cluster: Cluster) -> Iterator[Finding]:
    """An address that only the load balancers announce."""
    state, address = believed(cluster), cluster.network.virtual_ip
    if not state.judges(cluster, "virtual_ip"):
        return
    remedy = f"write virtualIP: {_free(cluster, state)}"
    owner = "gateway's" if address == cluster.network.gateway else None
    if address not in state.network:
        yield Finding("HG310", _VIRTUAL_IP, f"virtual IP {address} lies outside {state.network}", remedy)
    elif edge := owner or _edge(address, state):
        yield Finding("HG311", _VIRTUAL_IP, f"virtual IP {address} is the {edge} address", remedy)


@reads("network.cidr", "network.gateway", "network.virtualIP", each="nodes")
def machine_addresses(cluster: Cluster) -> Iterator[Finding]:
    """Each one inside the network, and nobody else's there."""
    state = believed(cluster)
    given = "nodes" in cluster.model_fields_set
    remedy = None
    for index, node in enumerate(cluster.nodes if given or state.finding is None else ()):
        wrong = _wrong(cluster, state, node.address)
        if wrong is not None:
            code, what = wrong
            remedy = remedy or f"write a free address, like {_free(cluster, state)}"
            path = ("nodes", index, "address") if given or code != "HG308" else _VIRTUAL_IP
            yield Finding(code, path, f"address {node.address} of {node.name} {what}", remedy)


def _wrong(cluster: Cluster, state: Believed, address: IPv4Address) -> tuple[str, str] | None:
    if address not in state.network:
        return "HG305", f"lies outside {state.network}"
    if edge := _edge(address, state):
        return "HG306", f"is the {edge} address of {state.network}"
    if address == cluster.network.gateway:
        return "HG307", "is the gateway's"
    return ("HG308", "is the virtual IP (network.virtualIP)") if address == cluster.network.virtual_ip else None


@reads("network.cidr", "network.gateway", "network.virtualIP", each="nodes")
def addresses_differ(cluster: Cluster) -> Iterator[Finding]:
    """One machine, one address. Those of the gateway and the virtual IP were spoken of already."""
    state = believed(cluster)
    first: dict[IPv4Address, int] = {}
    for index, node in enumerate(cluster.nodes if "nodes" in cluster.model_fields_set else ()):
        owner = cluster.nodes[first.setdefault(node.address, index)]
        wrong = _wrong(cluster, state, node.address)
        if owner is not node and (wrong is None or wrong[0] == "HG305"):
            message = f"{node.address} is the address of both {owner.name} and {node.name}"
            if owner.name == node.name:
                message += f" (nodes[{first[node.address]}] and nodes[{index}])"
            remedy = f"write a free address, like {_free(cluster, state)}"
            yield Finding("HG309", ("nodes", index, "address"), message, remedy)


@reads("network.dhcpRange", "network.cidr", "network.gateway", "network.virtualIP", "nodes")
def dhcp_range(cluster: Cluster) -> Iterator[Finding]:
    """Addresses that the bridge gives away, and that nobody here has."""
    given, state = cluster.network.dhcp_range, believed(cluster)
    if given is None:
        return
    name = f"dhcpRange {given.start} to {given.end}"
    if given.start > given.end:
        remedy = f"write dhcpRange: {{start: {given.end}, end: {given.start}}}"
        yield Finding("HG313", _RANGE, f"{name} ends before it starts", remedy)
    elif given.start not in state.network or given.end not in state.network:
        yield Finding("HG313", _RANGE, f"{name} lies outside {state.network}", _free_range(cluster, state))
    elif covered := list(_covered(cluster, given.start, given.end)):
        names = ", ".join(covered[:_NAMED]) + (f" and {len(covered) - _NAMED} more" if len(covered) > _NAMED else "")
        yield Finding("HG312", _RANGE, f"{name} covers {names}", _free_range(cluster, state))


def _covered(cluster: Cluster, start: IPv4Address, end: IPv4Address) -> Iterator[str]:
    if start <= cluster.network.virtual_ip <= end:
        yield f"the virtual IP {cluster.network.virtual_ip}"
    yield from (f"{node.name} {node.address}" for node in cluster.nodes if start <= node.address <= end)


def _free_range(cluster: Cluster, state: Believed) -> str:
    """The longest run of addresses that nobody has."""
    network = state.network
    taken = {int(address) for address in _taken(cluster) if address in network}
    edges = sorted(taken | {int(network.network_address), int(network.broadcast_address)})
    length, before, after = max(((after - before, before, after) for before, after in pairwise(edges)), default=(0, 0, 0))
    if length < 2:  # noqa: PLR2004  # neighbours have nothing between them
        return "leave dhcpRange out, or write a larger cidr"
    return f"write dhcpRange: {{start: {IPv4Address(before + 1)}, end: {IPv4Address(after - 1)}}}"


def _taken(cluster: Cluster) -> set[IPv4Address]:
    return {cluster.network.gateway, cluster.network.virtual_ip, *(node.address for node in cluster.nodes)}


def _free(cluster: Cluster, state: Believed) -> str:
    return str(first_free(state.network, _taken(cluster), cluster.network.dhcp_range) or "one of a larger network")


def _edge(address: IPv4Address, state: Believed) -> str | None:
    if address == state.network.network_address:
        return "network"
    return "broadcast" if address == state.network.broadcast_address else None


RULES: Final[tuple[Rule, ...]] = (room, gateway, virtual_ip, machine_addresses, addresses_differ, dhcp_range)
