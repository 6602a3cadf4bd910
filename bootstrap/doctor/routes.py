"""routes: no route of a machine or of this host leads elsewhere what is meant for pods, Services or machines."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Final

from ..errors import BootstrapError
from ..inventory import Inventory, Machine
from .check import Check, Finding, error, ok, unknown, warning
from .sight import Sight

# What flannel, the CNI bridge and kube-proxy make themselves.
_OWN: Final = ("cni", "flannel", "kube-", "veth")
_ARGV: Final = ("ip", "-json", "-4", "route", "show", "table", "all")


@dataclass(frozen=True)
class Route:
    """A route, and the interface that it leads to."""

    to: IPv4Network
    device: str


def look(sight: Sight) -> Iterator[Finding]:
    """On this host when the provider runs on it, and on every machine."""
    inventory, findings, asked = sight.inventory, list[Finding](), 0
    if sight.host is not None:
        outcome = sight.host.ask(*_ARGV)
        if outcome.code:
            findings.append(unknown("this host", "`ip route` does not show its routes"))
        else:
            asked += 1
            findings += judge_host(inventory, routes(outcome.stdout))

    def ask(machine: Machine) -> list[Route]:
        return routes(sight.on(machine).run(*_ARGV).encode())

    try:
        machines = sight.running("control-plane", "worker")
    except BootstrapError as problem:  # what this host has shown counts nevertheless
        findings.append(unknown(problem.place, problem.cause, problem.remedy))
        machines = ()
    for name, found in sight.each(machines, ask).items():
        if isinstance(found, BootstrapError):
            findings.append(unknown(name, found.cause, found.remedy))
        else:
            asked += 1
            findings += judge_machine(inventory, name, found)
    if asked and not findings:
        findings.append(ok("routes", f"none of {asked} machines leads pods' or Services' addresses elsewhere"))
    yield from findings


def routes(listed: bytes) -> list[Route]:
    """`ip -json route`: only those to networks, not to everything or to oneself. Pure."""
    found = []
    for entry in json.loads(listed or b"[]"):
        if entry.get("dst") == "default" or entry.get("type") in {"local", "broadcast", "multicast", "anycast"}:
            continue
        found.append(Route(IPv4Network(entry["dst"], strict=False), entry.get("dev", "")))
    return found


def judge_machine(inventory: Inventory, place: str, found: Sequence[Route]) -> Iterator[Finding]:
    """A route in a machine that is longer than the cluster's own wins over it. Pure."""
    for name, network in _networks(inventory).items():
        for route in found:
            if route.to.overlaps(network) and not route.device.startswith(_OWN):
                yield error(
                    place,
                    f"its route to {route.to} by {route.device} overlaps {name} {network}",
                    f"Choose another kubernetes.{name} in hagen.yaml, or take the route away.",
                )


def judge_host(inventory: Inventory, found: Sequence[Route]) -> Iterator[Finding]:
    """A host that has such a route can be reached by no pod; one to the machines' network hides the bridge. Pure."""
    for name, network in _networks(inventory).items():
        for route in found:
            if route.to.overlaps(network):
                yield warning(
                    "this host",
                    f"its route to {route.to} by {route.device} overlaps {name} {network}: pods reach nothing there",
                    f"Choose another kubernetes.{name} in hagen.yaml when pods need what is there.",
                )
    cidr, bridge = inventory.network.cidr, inventory.provider.bridge
    for route in found:
        if not route.to.overlaps(cidr) or route.device == bridge:
            continue
        text = f"its route to {route.to} by {route.device} overlaps the machines' network {cidr}"
        if route.to.prefixlen < cidr.prefixlen:  # a VPN's, say: the bridge's own, being longer, wins
            yield warning(
                "this host",
                f"{text}: it reaches nothing of it there",
                "Choose another network.cidr in hagen.yaml when this host needs what is there.",
            )
        else:
            yield error("this host", text, "Choose another network.cidr in hagen.yaml, or take the route away.")


def _networks(inventory: Inventory) -> Mapping[str, IPv4Network]:
    return {"podCIDR": inventory.kubernetes.pod_cidr, "serviceCIDR": inventory.kubernetes.service_cidr}


CHECK = Check("routes", "Routes", look)
