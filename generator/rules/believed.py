"""The network that was meant.

A cidr that is too small or simply another one puts every machine outside. That is one mistake, not one per machine: it
is reported once, and the addresses are judged by the network that they tell of.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Final

from ..model import Cluster
from ..model.network import DHCPRange
from ..problem import Finding

_CIDR: Final = ("network", "cidr")
_DEFAULT_PREFIX: Final = 27  # the default addresses go up to the 30th

_NEAR: Final = 8  # bits
_FIRST: Final = 10
_MOST: Final = 4096  # addresses that a suggestion is looked for in


@dataclass(frozen=True, slots=True)
class Believed:
    """The network to judge addresses by; `finding` when it is not the one of the file."""

    network: IPv4Network
    finding: Finding | None = None

    def judges(self, cluster: Cluster, field: str) -> bool:
        """Whether the address says something: one that follows from a wrong network does not."""
        return self.finding is None or field in cluster.network.model_fields_set


def believed(cluster: Cluster) -> Believed:
    """The network of the file, or the one that must have been meant."""
    network = cluster.network.cidr
    if "nodes" not in cluster.model_fields_set:
        return _for_default_nodes(cluster)
    needed = _prefix_for(len(cluster.nodes) + 2)  # the gateway and the virtual IP
    if network.prefixlen > needed:
        meant = _around(cluster, needed)
        fit = max(network.num_addresses - 2, 0)
        message = (
            f"cidr {network} has {fit} addresses, and {len(cluster.nodes)} machines, the gateway and the virtual IP "
            f"need {len(cluster.nodes) + 2}"
        )
        return Believed(meant, Finding("HG315", _CIDR, message, f"write cidr: {meant}"))
    return _elsewhere(cluster)


def _around(cluster: Cluster, prefix: int) -> IPv4Network:
    """The network of the file with a shorter prefix: so short that it holds all machines, if they are near at all."""
    sizes = [
        cluster.network.cidr.supernet(new_prefix=length) for length in range(prefix, max(prefix - _NEAR, 8) - 1, -1)
    ]
    return next((size for size in sizes if all(node.address in size for node in cluster.nodes)), sizes[0])


def _for_default_nodes(cluster: Cluster) -> Believed:
    network = cluster.network.cidr
    if network.prefixlen <= _DEFAULT_PREFIX:
        return Believed(network)
    meant = network.supernet(new_prefix=_DEFAULT_PREFIX)
    message = f"cidr {network} has no room for the default machines and the virtual IP, which go up to its 30th address"
    return Believed(meant, Finding("HG315", _CIDR, message, f"write cidr: {meant}, or list nodes of your own"))


def _elsewhere(cluster: Cluster) -> Believed:
    """All machines side by side in another network: it is the network that is mistaken."""
    network = cluster.network.cidr
    addresses = [node.address for node in cluster.nodes]
    if len(addresses) < 2 or any(address in network for address in addresses):  # noqa: PLR2004  # one proves nothing
        return Believed(network)
    meant = IPv4Network((addresses[0], network.prefixlen), strict=False)
    if not all(address in meant for address in addresses):
        return Believed(network)
    message = f"none of the {len(addresses)} machines lies inside cidr {network}"
    return Believed(meant, Finding("HG305", _CIDR, message, f"did you mean cidr: {meant}?"))


def _prefix_for(addresses: int) -> int:
    """The longest prefix with so many addresses besides the network's and the broadcast address."""
    return 32 - (addresses + 1).bit_length()


def free_addresses(network: IPv4Network, taken: set[IPv4Address], reserved: DHCPRange | None) -> Iterator[IPv4Address]:
    """What nobody has: from the tenth address on, as the reference cluster leaves the first ones to the site."""
    last = network.num_addresses - 1
    numbers = (*range(min(_FIRST, last), min(last, len(taken) + _MOST)), *range(1, min(_FIRST, last)))
    for address in (network[number] for number in numbers):
        if address not in taken and not (reserved and reserved.start <= address <= reserved.end):
            yield address
