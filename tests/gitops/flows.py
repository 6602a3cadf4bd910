"""Who may talk to whom under the NetworkPolicies of a repository.

Source: kubernetes.io/docs/concepts/services-networking/network-policies. A pod that no policy selects for a direction is
open in that direction; otherwise only what some policy allows passes, and both ends must allow it.
"""

from ipaddress import ip_address, ip_network

from tests.gitops.build import Object
from tests.gitops.objects import Item, Pods, Repository, dig, matches


def passes(repository: Repository, source: Pods | str, target: Pods | str, port: int, protocol: str = "TCP") -> bool:
    """Whether a connection gets through. An end that is an address lies outside the pods."""
    out = isinstance(source, str) or _allowed(repository, source, target, port, protocol, "Egress")
    return out and (isinstance(target, str) or lets_in(repository, source, target, port, protocol))


def lets_in(repository: Repository, source: Pods | str, target: Pods, port: int, protocol: str = "TCP") -> bool:
    """Whether the target's own policies take a connection, whatever those of its source say."""
    return _allowed(repository, target, source, port, protocol, "Ingress")


def _allowed(repository: Repository, own: Pods, other: Pods | str, port: int, protocol: str, direction: str) -> bool:
    policies = [
        item
        for item in repository.of("NetworkPolicy", group="networking.k8s.io")
        if item.namespace == own.namespace
        and direction in types(item)
        and matches(item.spec.get("podSelector") or {}, own.labels)
    ]
    target = own if direction == "Ingress" else other
    return not policies or any(
        _matches_rule(repository, item, rule, other, target, port, protocol, direction)
        for item in policies
        for rule in item.spec.get(direction.lower()) or []
    )


def types(item: Item) -> list[str]:
    """The directions of a policy: Ingress always by default, Egress where it has rules for it."""
    default = ["Ingress"] + (["Egress"] if item.spec.get("egress") else [])
    return list(item.spec.get("policyTypes") or default)


def _matches_rule(
    repository: Repository,
    item: Item,
    rule: Object,
    other: Pods | str,
    target: Pods | str,
    port: int,
    protocol: str,
    direction: str,
) -> bool:
    peers = rule.get("from" if direction == "Ingress" else "to") or []
    ports = rule.get("ports") or []
    meant = not peers or any(_is_peer(repository, item.namespace, peer, other) for peer in peers)
    return meant and (not ports or any(_is_port(entry, target, port, protocol) for entry in ports))


def _is_peer(repository: Repository, namespace: str, peer: Object, other: Pods | str) -> bool:
    if "ipBlock" in peer:
        if not isinstance(other, str):
            return False
        block = peer["ipBlock"]
        inside = ip_address(other) in ip_network(block["cidr"])
        return inside and not any(ip_address(other) in ip_network(part) for part in block.get("except") or [])
    if isinstance(other, str):
        return False
    if "namespaceSelector" in peer:
        if not matches(peer["namespaceSelector"] or {}, repository.namespace_labels(other.namespace)):
            return False
    elif other.namespace != namespace:
        return False
    return matches(peer.get("podSelector") or {}, other.labels)


def _is_port(entry: Object, target: Pods | str, port: int, protocol: str) -> bool:
    wanted = entry.get("port")
    if entry.get("protocol", "TCP") != protocol:
        return False
    if wanted is None:
        return True
    if isinstance(wanted, str):
        return not isinstance(target, str) and port in _numbers(target, wanted)
    return wanted <= port <= entry.get("endPort", wanted)


def _numbers(pods: Pods, name: str) -> set[int]:
    ports = [port for container in pods.containers for port in dig(container, "ports", default=[])]
    return {port["containerPort"] for port in ports if port.get("name") == name}
