"""Ports that are named or numbered somewhere are ports that a container declares."""

from collections.abc import Iterator
from typing import Any

from tests.gitops.build import Object
from tests.gitops.checks.selectors import selected
from tests.gitops.objects import Item, Repository, dig
from tests.gitops.verdict import Verdict, check, judge


def declared(containers: list[Object]) -> set[int | str]:
    """Numbers and names of the ports of containers."""
    ports = [port for container in containers for port in container.get("ports") or []]
    return {value for port in ports for value in (port.get("containerPort"), port.get("name")) if value}


def _handlers(container: Object) -> Iterator[tuple[str, Any]]:
    probes = [(name, container.get(name)) for name in ("startupProbe", "livenessProbe", "readinessProbe")]
    hooks = [(name, dig(container, "lifecycle", name)) for name in ("preStop", "postStart")]
    for name, handler in probes + hooks:
        for kind in ("httpGet", "tcpSocket", "grpc"):
            port = dig(handler, kind, "port")
            if port is not None:
                yield name, port


@check
def probes_ask_declared_ports(repository: Repository) -> Iterator[Verdict]:
    for item, pods in repository.workloads:
        for container in pods.containers:
            known = declared([container])
            for name, port in _handlers(container):
                # A number need not be declared, but ours are, so that a wrong one is seen; a name must be.
                sound = port in known or (isinstance(port, int) and not item.ours)
                about = f"{container['name']}.{name}"
                yield judge(item, about, sound=sound, problem=f"port {port} is none of {sorted(map(str, known))}")


@check
def services_lead_to_declared_ports(repository: Repository) -> Iterator[Verdict]:
    for item in repository.of("Service", group=""):
        labels = item.spec.get("selector")
        for pods in selected(repository, item.namespace, {"matchLabels": labels}) if labels else []:
            known = declared(pods.containers)
            for port in item.spec.get("ports") or []:
                target = port.get("targetPort", port["port"])
                sound = target in known or (isinstance(target, int) and not item.ours)
                yield judge(item, str(port["port"]), sound=sound, problem=f"{pods.owner} has no port {target}")


@check
def policies_name_declared_ports(repository: Repository) -> Iterator[Verdict]:
    for item in repository.of("NetworkPolicy", group="networking.k8s.io"):
        selector = item.spec.get("podSelector") or {}
        known = declared([c for pods in selected(repository, item.namespace, selector) for c in pods.containers])
        yield from _policy(item, known)


def _policy(item: Item, known: set[int | str]) -> Iterator[Verdict]:
    for rule in dig(item.spec, "ingress", default=[]):
        for port in rule.get("ports") or []:
            wanted = port.get("port")
            sound = wanted is None or wanted in known or (isinstance(wanted, int) and not item.ours)
            yield judge(item, f"ingress {wanted}", sound=sound, problem="no selected pod declares this port")
