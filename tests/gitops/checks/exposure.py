"""The way in: the NodePorts that haproxy targets are those of the ingress, and there are no others."""

import re
from collections.abc import Iterator

from tests.gitops.objects import Item, Repository, dig
from tests.gitops.verdict import Verdict, check, judge


def node_ports(item: Item) -> dict[int, int | None]:
    """Port -> NodePort of a Service, or of the Service that an NginxProxy describes (None is a random one)."""
    if item.kind == "NginxProxy":
        ports = dig(item.spec, "kubernetes", "service", "nodePorts", default=[])
        return {entry["listenerPort"]: entry["port"] for entry in ports}
    return {entry["port"]: entry.get("nodePort") for entry in item.spec.get("ports") or []}


def exposed(repository: Repository) -> list[Item]:
    """Whatever opens ports on the nodes."""
    services = [
        item for item in repository.of("Service", group="") if item.spec.get("type", "ClusterIP") != "ClusterIP"
    ]
    return services + repository.of("NginxProxy")


@check
def node_ports_are_those_of_haproxy(repository: Repository) -> Iterator[Verdict]:
    ingress = repository.topology.ingress
    wanted = {80: ingress.http_node_port, 443: ingress.https_node_port}
    for item in exposed(repository):
        if item.kind == "Service" and item.spec["type"] == "ExternalName":
            continue
        yield judge(
            item, "", sound=node_ports(item) == wanted, problem=f"opens {node_ports(item)}, haproxy wants {wanted}"
        )
        service = item.spec if item.kind == "Service" else dig(item.spec, "kubernetes", "service", default={})
        yield judge(item, "type", sound=service.get("type") == "NodePort", problem=f"is of type {service.get('type')}")
        policy = service.get("externalTrafficPolicy")
        yield judge(
            item,
            "policy",
            sound=policy == "Local",
            problem=f"externalTrafficPolicy is {policy}: a worker would answer for a dead one",
        )


@check
def haproxy_targets_the_node_ports(repository: Repository) -> Iterator[Verdict]:
    opened = {port for item in exposed(repository) for port in node_ports(item).values()}
    for path, content in repository.files.items():
        if path.endswith("/haproxy.cfg"):
            for backend in ("http", "https"):
                yield from _targets(path, backend, content.decode(), opened)


def _targets(path: str, backend: str, text: str, opened: set[int | None]) -> Iterator[Verdict]:
    section = re.search(rf"(?ms)^backend {backend}\n(.*?)(?=^\S|\Z)", text)
    targets = re.findall(r"^    server \S+ \S+:(\d+)", section[1], re.MULTILINE) if section else []
    yield judge(path, backend, sound=bool(targets), problem="has no servers")
    for port in sorted(set(targets)):
        yield judge(path, f"{backend} {port}", sound=int(port) in opened, problem="no Service opens this port")


@check
def nobody_takes_ports_of_nodes(repository: Repository) -> Iterator[Verdict]:
    for item, pods in repository.workloads:
        if item.ours:
            ports = [
                port for container in pods.containers for port in container.get("ports") or [] if port.get("hostPort")
            ]
            yield judge(item, "", sound=not ports, problem=f"takes ports of its node: {ports}")


@check
def hosts_are_routed(repository: Repository) -> Iterator[Verdict]:
    """Every host of hagen.yaml has a route, and every route's host is one of them."""
    wanted = set(repository.topology.applications.hosts)
    routed: dict[str, list[str]] = {}
    for item in repository.of("HTTPRoute"):
        for host in item.spec.get("hostnames") or []:
            routed.setdefault(host, []).append(str(item))
    for item in repository.of("Ingress"):
        for rule in item.spec.get("rules") or []:
            routed.setdefault(rule.get("host", ""), []).append(str(item))
    for host in sorted(wanted | set(routed)):
        problem = f"is routed by {routed.get(host, [])}" if host in wanted else "is no host of hagen.yaml"
        yield judge(f"host {host}", "", sound=host in wanted and len(routed.get(host, [])) == 1, problem=problem)


@check
def flannel_has_the_pod_network(repository: Repository) -> Iterator[Verdict]:
    import json  # noqa: PLC0415

    for item in repository.of("ConfigMap"):
        text = dig(item.object, "data", "net-conf.json")
        if text:
            network, wanted = json.loads(text)["Network"], repository.topology.kubernetes.pod_cidr
            yield judge(item, "", sound=network == wanted, problem=f"Network is {network}, kubeadm's is {wanted}")
