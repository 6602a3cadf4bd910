"""VRRP: the virtual router, its advertisements, and who of the load balancers comes first (RFC 5798, keepalived)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from ..model import Cluster, Node
from ..model.types import format_duration
from ..problem import Finding
from .rule import Rule, reads

_INTERVAL: Final = ("network", "vrrp", "advertInterval")
_STEP: Final = timedelta(milliseconds=10)  # RFC 5798, section 5.2.7: centiseconds
_LONGEST: Final = timedelta(milliseconds=40_950)  # 12 bits of them
_ADVISED: Final = timedelta(milliseconds=50)
_ROUTER_IDS: Final = range(1, 256)
_HIGHEST: Final = 254  # 255 belongs to the owner of the address, and a virtual IP has none


@reads("network.vrrp.routerID")
def router_id(cluster: Cluster) -> Iterator[Finding]:
    """One byte, and not 0."""
    number = cluster.network.vrrp.router_id
    if number not in _ROUTER_IDS:
        message = f"routerID is {number}, and takes 1 to 255"
        nearest = min(max(number, _ROUTER_IDS[0]), _ROUTER_IDS[-1])
        yield Finding("HG501", ("network", "vrrp", "routerID"), message, f"write routerID: {nearest}")


@reads("network.vrrp.advertInterval")
def advert_interval(cluster: Cluster) -> Iterator[Finding]:
    """What keepalived takes, and what the schedulers of the hosts can keep up with."""
    interval = cluster.network.vrrp.advert_interval
    nearest = min(max(round(interval / _STEP) * _STEP, _STEP), _LONGEST)
    if not _STEP <= interval <= _LONGEST:
        message = "advertInterval takes 10ms to 40950ms"
        yield Finding("HG502", _INTERVAL, message, f"write advertInterval: {format_duration(nearest)}")
    elif interval % _STEP:
        message = "advertInterval goes in steps of 10ms"
        yield Finding("HG502", _INTERVAL, message, f"write advertInterval: {format_duration(nearest)}")
    elif interval < _ADVISED:
        message = f"advertInterval is {format_duration(interval)}: a host that is busy that long looks dead"
        yield Finding("HG507", _INTERVAL, message, "write advertInterval: 100ms")


@reads(each="nodes")
def priorities_in_range(cluster: Cluster) -> Iterator[Finding]:
    """1 to 254, and only where keepalived runs."""
    for index, node in enumerate(cluster.nodes):
        if node.priority is None:
            continue
        path = ("nodes", index, "priority")
        if node.role != "load-balancer":
            yield Finding("HG504", path, f"{node.name} is a {node.role}, and has no VRRP priority", "take it out")
        elif not _in_range(node.priority):
            message = f"priority of {node.name} is {node.priority}, and takes 1 to {_HIGHEST}"
            yield Finding("HG504", path, message, f"write priority: {min(max(node.priority, 1), _HIGHEST)}")


@reads("nodes")
def priorities_differ(cluster: Cluster) -> Iterator[Finding]:
    """Each load balancer its own, also against the ones that follow from the order."""
    balancers = [(index, node) for index, node in enumerate(cluster.nodes) if node.role == "load-balancer"]
    if len(balancers) > _HIGHEST:
        message = f"{len(balancers)} load balancers, and only {_HIGHEST} VRRP priorities"
        yield Finding("HG504", ("nodes",), message, "write fewer load balancers; 2 or 3 are enough")
        return
    owners: dict[int, tuple[int, Node]] = {}
    effective = [
        (_HIGHEST - number if node.priority is None else node.priority) for number, (_, node) in enumerate(balancers)
    ]
    free = sorted(set(range(1, _HIGHEST + 1)) - set(effective), reverse=True)
    for priority, (index, node) in zip(effective, balancers, strict=True):
        owner_index, owner = owners.setdefault(priority, (index, node))
        if owner_index == index or not _in_range(priority):
            continue
        if node.priority is None and owner.priority is not None:
            index, node, owner = owner_index, owner, node  # noqa: PLW2901  # the file spells out the other one's
        message = f"{owner.name} and {node.name} both have priority {priority}{_origin(owner)}"
        yield Finding("HG503", ("nodes", index, "priority"), message, f"write priority: {_below(priority, free)}")


def _below(priority: int, free: list[int]) -> int:
    """The next lower priority that nobody has, so that the order stays; taken from the list."""
    chosen = next((number for number in free if number < priority), free[0])
    free.remove(chosen)
    return chosen


def _origin(owner: Node) -> str:
    return f" ({owner.name}: by its place in the list)" if owner.priority is None else ""


def _in_range(priority: int) -> bool:
    return 1 <= priority <= _HIGHEST


RULES: Final[tuple[Rule, ...]] = (router_id, advert_interval, priorities_in_range, priorities_differ)
