"""What a new machine is called and where it lives, when nobody says. Pure."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final

from ..addressing import FIRST, PREFIXES, hosts_from
from ..errors import HagenError
from ..model import Cluster, Node

_NUMBERED: Final = re.compile(r"(.*?)([0-9]+)")


@dataclass(frozen=True, slots=True)
class New:
    """What was asked for; empty: choose. Texts are judged later, with the whole file."""

    role: str
    count: int = 1
    name: str = ""
    address: str = ""
    host: str = ""
    priority: int | None = None


def planned(cluster: Cluster, new: New) -> list[dict[str, str | int]]:
    """Entries of `nodes` for the new machines. HagenError when the network has no address left."""
    same = [node for node in cluster.nodes if node.role == new.role]
    names = iter([new.name]) if new.name else _names(cluster, new.role)
    addresses = iter([new.address]) if new.address else _addresses(cluster, same, new.role)
    hosts = [node.host for node in same]
    priorities = [node.priority for node in same if "priority" in node.model_fields_set]
    lowest = None if len(priorities) < len(same) or not same else min(each for each in priorities if each is not None)
    entries: list[dict[str, str | int]] = []
    for _ in range(new.count):
        address = next(addresses, None)
        if address is None:
            raise _full(cluster, len(entries), new.count)
        entry: dict[str, str | int] = {"name": next(names), "role": new.role, "address": str(address)}
        host = new.host or _emptiest(hosts)
        if host:
            hosts.append(host)
            entry["host"] = host
        if new.priority is not None:
            entry["priority"] = new.priority
        elif lowest is not None and new.role == "load-balancer":
            lowest -= 1
            entry["priority"] = lowest
        entries.append(entry)
    return entries


def _names(cluster: Cluster, role: str) -> Iterator[str]:
    """One number above the highest of this role, written as wide; a number that was given up is not given again."""
    taken = {node.name for node in cluster.nodes}
    numbered = [match for node in cluster.nodes if node.role == role and (match := _NUMBERED.fullmatch(node.name))]
    last = max(numbered, key=lambda match: int(match[2]), default=None)
    prefix = last[1] if last else f"{PREFIXES[role]}-"
    number, width = (int(last[2]), len(last[2])) if last else (0, 1)
    while True:
        number += 1
        name = f"{prefix}{number:0{width}}"
        if name not in taken:
            yield name


def _addresses(cluster: Cluster, same: Sequence[Node], role: str) -> Iterator[IPv4Address]:
    """Behind the last machine of the role, around whatever is taken."""
    network = cluster.network
    taken = {network.gateway, network.virtual_ip, *(node.address for node in cluster.nodes)}
    reserved = network.dhcp_range
    inside = [node.address for node in same if node.address in network.cidr]
    start = int(max(inside)) + 1 - int(network.cidr.network_address) if inside else FIRST[role]
    for address in hosts_from(network.cidr, start):
        if address not in taken and not (reserved and reserved.start <= address <= reserved.end):
            yield address


def _full(cluster: Cluster, free: int, wanted: int) -> HagenError:
    cidr = cluster.network.cidr
    has = f"{free or 'no'} free {'address' if free < 2 else 'addresses'}"  # noqa: PLR2004 - a plural
    cause = f"{cidr} has {has}" if wanted == 1 else f"{cidr} has {has}, and {wanted} machines want one each"
    return HagenError(cause, remedy="write a larger network.cidr, a smaller network.dhcpRange, or fewer machines")


def _emptiest(hosts: Sequence[str | None]) -> str:
    """The host with the fewest machines of the role, where every one of them is placed; else none."""
    placed = [host for host in hosts if host]
    if not placed or len(placed) < len(hosts):
        return ""
    counts = Counter(placed)
    return min(counts, key=lambda host: counts[host])
