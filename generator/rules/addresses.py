"""Addresses of machines, gateway, virtual IP and DHCP range: inside the network, and each with one owner."""

from collections.abc import Iterator
from ipaddress import IPv4Address
from itertools import pairwise
from typing import Final

from ..model import Cluster, Node
from ..problem import Finding, Path
from .believed import Believed, believed, free_addresses
from .rule import Rule, reads

_GATEWAY: Final[Path] = ("network", "gateway")
_VIRTUAL_IP: Final[Path] = ("network", "virtualIP")
_RANGE: Final[Path] = ("network", "dhcpRange")
_NO_ADDRESS: Final = "one of a larger network"
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
    """Each one inside the network, nobody else's there, and no two alike."""
    state = believed(cluster)
    given = "nodes" in cluster.model_fields_set
    if state.finding is not None and not given:
        return
    first: dict[IPv4Address, int] = {}
    free = free_addresses(state.network, _taken(cluster), cluster.network.dhcp_range)
    for index, node in enumerate(cluster.nodes):
        owner = first.setdefault(node.address, index)
        wrong = [*_wrong(cluster, state, node), *_shared(cluster, owner, index)]
        address = next(free, _NO_ADDRESS) if wrong else ""
        for code, message in wrong:
            path = ("nodes", index, "address") if given or code != "HG308" else _VIRTUAL_IP
            yield Finding(code, path, message, f"write {path[-1]}: {address}")


def _wrong(cluster: Cluster, state: Believed, node: Node) -> Iterator[tuple[str, str]]:
    address = node.address
    name = f"address {address} of {node.name}"
    if address not in state.network:
        yield "HG305", f"{name} lies outside {state.network}"
    elif edge := _edge(address, state):
        yield "HG306", f"{name} is the {edge} address of {state.network}"
    elif address == cluster.network.gateway:
        yield "HG307", f"{name} is the gateway's"
    elif address == cluster.network.virtual_ip:
        yield "HG308", f"{name} is the virtual IP (network.virtualIP)"


def _shared(cluster: Cluster, owner: int, index: int) -> Iterator[tuple[str, str]]:
    """Two machines, one address. Those of the gateway and the virtual IP are spoken of already."""
    node, other = cluster.nodes[index], cluster.nodes[owner]
    if owner == index or node.address in {cluster.network.gateway, cluster.network.virtual_ip}:
        return
    twins = f" (nodes[{owner}] and nodes[{index}])" if other.name == node.name else ""
    yield "HG309", f"{node.address} is the address of both {other.name} and {node.name}{twins}"


@reads("network.dhcpRange", "network.cidr", "network.gateway", "network.virtualIP", "nodes")
def dhcp_range(cluster: Cluster) -> Iterator[Finding]:
    """Addresses that the bridge gives away, and that nobody here has."""
    given, state = cluster.network.dhcp_range, believed(cluster)
    if given is None:
        return
    name = f"dhcpRange {given.start} to {given.end}"
    if given.start > given.end:
        turned = f"write dhcpRange: {{start: {given.end}, end: {given.start}}}"
        fits = given.end in state.network and given.start in state.network
        free = fits and not any(_covered(cluster, given.end, given.start))
        yield Finding("HG313", _RANGE, f"{name} ends before it starts", turned if free else _free_range(cluster, state))
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
    length, before, after = max(
        ((after - before, before, after) for before, after in pairwise(edges)), default=(0, 0, 0)
    )
    if length < 2:  # noqa: PLR2004  # neighbours have nothing between them
        return "leave dhcpRange out, or write a larger cidr"
    return f"write dhcpRange: {{start: {IPv4Address(before + 1)}, end: {IPv4Address(after - 1)}}}"


def _taken(cluster: Cluster) -> set[IPv4Address]:
    return {cluster.network.gateway, cluster.network.virtual_ip, *(node.address for node in cluster.nodes)}


def _free(cluster: Cluster, state: Believed) -> str:
    return str(next(free_addresses(state.network, _taken(cluster), cluster.network.dhcp_range), _NO_ADDRESS))


def _edge(address: IPv4Address, state: Believed) -> str | None:
    if address == state.network.network_address:
        return "network"
    return "broadcast" if address == state.network.broadcast_address else None


RULES: Final[tuple[Rule, ...]] = (room, gateway, virtual_ip, machine_addresses, dhcp_range)
