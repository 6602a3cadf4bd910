"""Ports: NodePorts of the ingress, and everything that listens on the load balancers."""

from collections.abc import Iterator
from typing import Final

from ..model import Cluster
from ..problem import Finding
from .rule import Rule, reads

_NODE_PORTS: Final = range(30000, 32768)  # kube-apiserver: --service-node-port-range
_FIRST_UNPRIVILEGED: Final = 1024
_LISTENERS: Final = {
    22: "SSH",
    80: "HTTP of the ingress",
    443: "HTTPS of the ingress",
    6443: "the API servers",
    8405: "haproxy's health check",
}
"""What listens on a load balancer whatever the file says."""


@reads("ingress.nodePorts")
def node_ports(cluster: Cluster) -> Iterator[Finding]:
    """Inside the range of the API server, and not the same."""
    ports = cluster.ingress.node_ports
    given = (("http", ports.http, 30080), ("https", ports.https, 30443))
    outside = [entry for entry in given if entry[1] not in _NODE_PORTS]
    for key, port, default in outside:
        message = f"{key} is {port}, and NodePorts lie between {_NODE_PORTS[0]} and {_NODE_PORTS[-1]}"
        yield Finding("HG505", ("ingress", "nodePorts", key), message, f"write {key}: {default}")
    if not outside and ports.http == ports.https:
        key = "https" if "https" in ports.model_fields_set else "http"
        other = 30443 if ports.http != 30443 else 30080  # noqa: PLR2004  # the defaults
        message = f"http and https both have NodePort {ports.http}"
        yield Finding("HG506", ("ingress", "nodePorts", key), message, f"write {key}: {other}")


@reads("monitoring")
def load_balancer_ports(cluster: Cluster) -> Iterator[Finding]:
    """One listener, one port."""
    monitoring = cluster.monitoring
    agent_is_given = "port" in monitoring.agent.model_fields_set
    configured = [
        ("monitoring.haproxyPort", monitoring.haproxy_port, 8404),
        ("monitoring.agent.port", monitoring.agent.port, 9790),
    ]
    if "haproxy_port" in monitoring.model_fields_set and not agent_is_given:
        configured.reverse()  # of two alike the one that the file spells out is judged
    taken = dict(_LISTENERS)
    for name, port, default in configured:
        owner = taken.setdefault(port, name)
        if owner != name:
            message = f"{name} is {port}, the port of {owner}"
            used = {*taken, *(number for _, number, _ in configured)}
            free = next(number for number in range(default, 65536) if number not in used)
            yield Finding("HG506", tuple(name.split(".")), message, f"write {name.rpartition('.')[2]}: {free}")


@reads("apps.server.port")
def server_port(cluster: Cluster) -> Iterator[Finding]:
    """The server runs without privileges, and ports below 1024 need one (capabilities(7), CAP_NET_BIND_SERVICE)."""
    port = cluster.apps.server.port
    if port < _FIRST_UNPRIVILEGED:
        message = f"port is {port}, and the server, which runs without privileges, can open ports from 1024 on"
        yield Finding("HG107", ("apps", "server", "port"), message, "write port: 3000")


RULES: Final[tuple[Rule, ...]] = (node_ports, load_balancer_ports, server_port)
