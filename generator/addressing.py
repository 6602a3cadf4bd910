"""Addresses for machines that nobody gave one: where the reference cluster has them, and the next free ones after."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Address, IPv4Network
from typing import Final

from .errors import HagenError

PREFIXES: Final = {"load-balancer": "k8s-lb", "control-plane": "k8s-master", "worker": "k8s-worker"}
FIRST: Final = {"load-balancer": 11, "control-plane": 20, "worker": 24}


def plan_nodes(network: IPv4Network, taken: frozenset[IPv4Address], counts: Mapping[str, int]) -> list[dict[str, str]]:
    """Entries of `nodes` for so many machines per role, none of them on a taken address.

    HagenError when the network has no room for all of them.
    """
    used = set(taken)
    nodes = []
    for role, count in counts.items():
        free = (address for address in hosts_from(network, FIRST[role]) if address not in used)
        for index in range(count):
            address = next(free, None)
            if address is None:
                remedy = f"take a larger network: {_large_enough(network, sum(counts.values()) + len(taken))}"
                raise HagenError(f"{network} has no room for {sum(counts.values())} machines", remedy=remedy)
            used.add(address)
            nodes.append({"name": f"{PREFIXES[role]}-{index + 1}", "role": role, "address": str(address)})
    return nodes


def _large_enough(network: IPv4Network, addresses: int) -> IPv4Network:
    """The network around this one that has so many addresses besides its own and the broadcast one."""
    return network.supernet(new_prefix=max(min(32 - (addresses + 1).bit_length(), network.prefixlen - 1), 0))


def hosts_from(network: IPv4Network, first: int) -> Iterator[IPv4Address]:
    """Host addresses from the preferred place to the end of the network, then those before it; taken or not."""
    last = network.num_addresses - 1
    start = first if first < last else 1
    for number in (*range(start, last), *range(1, start)):
        yield network[number]
