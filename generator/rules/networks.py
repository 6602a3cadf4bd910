"""The three networks: machines, pods and Services lie side by side, and each has the size that its users take."""

from collections.abc import Iterator
from ipaddress import IPv4Network, collapse_addresses
from itertools import combinations
from math import ceil, log2
from typing import Final

from ..model import Cluster
from ..problem import Finding, Path
from .rule import Rule, reads, write

MACHINES: Final[Path] = ("network", "cidr")
PODS: Final[Path] = ("kubernetes", "podCIDR")
SERVICES: Final[Path] = ("kubernetes", "serviceCIDR")
_FIELDS: Final = {MACHINES: "cidr", PODS: "pod_cidr", SERVICES: "service_cidr"}

_NODE_PREFIX: Final = 24  # kube-controller-manager: --node-cidr-mask-size
_WIDEST_PODS: Final = 8  # kube-controller-manager: at most 16 bits above the node's mask
_WIDEST_SERVICES: Final = 12  # kube-apiserver: at most 20 bits of Services
_NARROWEST_SERVICES: Final = 24
"""hagen renders about 40 Services, the DNS one on the tenth address, and a drain or a second application adds to them:
256 addresses leave room; the API server itself would take 16."""

_PRIVATE: Final = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")))
_SPECIAL: Final = {
    IPv4Network("0.0.0.0/8"): "this host",
    IPv4Network("127.0.0.0/8"): "loopback",
    IPv4Network("169.254.0.0/16"): "link-local",
    IPv4Network("224.0.0.0/4"): "multicast",
    IPv4Network("240.0.0.0/4"): "reserved",
}
_CANDIDATES: Final = ("10.244.0.0", "10.96.0.0", "172.16.0.0", "10.128.0.0", "192.168.0.0", "10.0.0.0", "100.64.0.0")


def networks(cluster: Cluster) -> dict[Path, IPv4Network]:
    """The three of them, by their place in the file."""
    return {
        MACHINES: cluster.network.cidr,
        PODS: cluster.kubernetes.pod_cidr,
        SERVICES: cluster.kubernetes.service_cidr,
    }


def _name(path: Path) -> str:
    return ".".join(map(str, path))


def _given(cluster: Cluster, path: Path) -> bool:
    section = cluster.network if path == MACHINES else cluster.kubernetes
    return _FIELDS[path] in section.model_fields_set


def free_network(prefix: int, others: list[IPv4Network]) -> IPv4Network | None:
    """A private network of the size beside the others."""
    taken = list(collapse_addresses(others))
    for candidate in _CANDIDATES:
        network = IPv4Network((candidate, prefix), strict=False)
        if _is_private(network) and not any(network.overlaps(other) for other in taken):
            return network
    return None


def _suggest(cluster: Cluster, path: Path, prefix: int, near: IPv4Network | None = None) -> str:
    """The network to write: the same one with another prefix when that is free, else a free one."""
    others = [network for key, network in networks(cluster).items() if key != path]
    if near is not None and near.prefixlen == prefix and not any(near.overlaps(other) for other in others):
        return f"write {path[-1]}: {near}"
    free = free_network(prefix, others)
    return f"write {path[-1]}: {free}" if free else f"write a private network with prefix /{prefix}"


def _is_private(network: IPv4Network) -> bool:
    return any(network.subnet_of(private) for private in _PRIVATE)


def _is_too_large(path: Path, network: IPv4Network) -> bool:
    widest = {PODS: _WIDEST_PODS, SERVICES: _WIDEST_SERVICES}.get(path, 0)
    return network.prefixlen < widest


def nodes_that_fit(network: IPv4Network) -> int:
    """Nodes with a /24 each."""
    return 2 ** max(_NODE_PREFIX - network.prefixlen, 0) if network.prefixlen <= _NODE_PREFIX else 0


@reads("network.cidr", "kubernetes.podCIDR", "kubernetes.serviceCIDR")
def overlaps(cluster: Cluster) -> Iterator[Finding]:
    """No two of them share an address."""
    suggested: dict[Path, IPv4Network] = {}
    for first, second in combinations(networks(cluster).items(), 2):
        if not first[1].overlaps(second[1]) or _is_too_large(*first) or _is_too_large(*second):
            continue
        place = second[0] if _given(cluster, second[0]) or not _given(cluster, first[0]) else first[0]
        relation = _relation(first[1], second[1])
        message = f"{_name(first[0])} {first[1]} {relation} {_name(second[0])} {second[1]}"
        yield Finding("HG302", place, message, _moved(cluster, second, suggested, place))


def _moved(cluster: Cluster, entry: tuple[Path, IPv4Network], suggested: dict[Path, IPv4Network], place: Path) -> str:
    """Another place for the pods or the Services; the machines' network is what the site has."""
    path, network = entry
    prefix = min(max(network.prefixlen, _WIDEST_SERVICES), _NODE_PREFIX)
    if path not in suggested:
        others = [other for key, other in networks(cluster).items() if key != path]
        free = free_network(prefix, [*others, *suggested.values()])
        if free is None:
            return f"write a private network with prefix /{prefix} for {path[-1]}"
        suggested[path] = free
    return write(cluster, path, suggested[path], at=place)


def _relation(first: IPv4Network, second: IPv4Network) -> str:
    if first == second:
        return "is the same as"
    return "lies inside" if first.subnet_of(second) else "contains"


@reads("kubernetes.podCIDR", "nodes", "network.cidr", "kubernetes.serviceCIDR")
def pods_fit(cluster: Cluster) -> Iterator[Finding]:
    """A /24 for each control plane and worker."""
    network = cluster.kubernetes.pod_cidr
    nodes = sum(node.role != "load-balancer" for node in cluster.nodes)
    fit = nodes_that_fit(network)
    if nodes > fit:
        prefix = _NODE_PREFIX - ceil(log2(nodes))
        near = network if prefix > network.prefixlen else network.supernet(new_prefix=prefix)
        message = f"podCIDR {network} holds {fit} nodes (a /24 each), and there are {nodes} control planes and workers"
        place = PODS if _given(cluster, PODS) else ("nodes",)
        yield Finding("HG303", place, message, _suggest(cluster, PODS, prefix, near))


@reads("kubernetes.serviceCIDR", "network.cidr", "kubernetes.podCIDR")
def services_fit(cluster: Cluster) -> Iterator[Finding]:
    """Room for the Services that are rendered, and for some more."""
    network = cluster.kubernetes.service_cidr
    if network.prefixlen > _NARROWEST_SERVICES:
        near = network.supernet(new_prefix=_NARROWEST_SERVICES)
        message = f"serviceCIDR {network} holds {network.num_addresses} Services, and should hold 256"
        yield Finding("HG304", SERVICES, message, _suggest(cluster, SERVICES, _NARROWEST_SERVICES, near))


@reads("kubernetes.podCIDR", "kubernetes.serviceCIDR", "network.cidr")
def not_too_large(cluster: Cluster) -> Iterator[Finding]:
    """What the API server and the controller manager refuse to start with."""
    for path, widest in ((PODS, _WIDEST_PODS), (SERVICES, _WIDEST_SERVICES)):
        network = networks(cluster)[path]
        if network.prefixlen < widest:
            component = "kube-controller-manager" if path == PODS else "kube-apiserver"
            message = f"{path[-1]} {network} is larger than the /{widest} that {component} takes"
            prefix = 16 if path == PODS else _WIDEST_SERVICES
            yield Finding("HG317", path, message, _suggest(cluster, path, prefix))


def _kind(path: Path) -> Rule:
    """Never addresses that mean something else to every machine; for pods and Services private ones only.

    The machines' own network may be public: it is on the link, and every machine knows that it is near.
    """

    def judge(cluster: Cluster) -> Iterator[Finding]:
        network = networks(cluster)[path]
        special = next((name for block, name in _SPECIAL.items() if network.overlaps(block)), None)
        if _is_too_large(path, network) or _is_private(network):
            return
        remedy = _suggest(cluster, path, max(network.prefixlen, 12))
        if special:
            yield Finding("HG319", path, f"{_name(path)} {network} holds {special} addresses", remedy)
        elif path != MACHINES:
            yield Finding("HG318", path, f"{_name(path)} {network} is not a private network", remedy)

    return Rule((path,), (), judge)


RULES: Final[tuple[Rule, ...]] = (
    overlaps,
    pods_fit,
    services_fit,
    not_too_large,
    _kind(MACHINES),
    _kind(PODS),
    _kind(SERVICES),
)
