"""The ingress as haproxy sees it: NodePorts on the workers, and how to ask whether nginx is there."""

from dataclasses import dataclass
from typing import Final

from ..model import Cluster

# ingress-nginx's default server answers /healthz with 200 itself. nginx-gateway-fabric has no such path: any answer of
# nginx, also its 404 for an unknown host, proves that it serves.
_HEALTH: Final = {
    "ingress-nginx": ("/healthz", "200"),
    "nginx-gateway-fabric": ("/", "200-499"),
}


@dataclass(frozen=True, slots=True)
class Ingress:
    """The ingress controller and its fixed NodePorts."""

    controller: str
    replicas: int
    http_node_port: int
    https_node_port: int
    health_path: str
    health_status: str


def ingress(cluster: Cluster) -> Ingress:
    """The ingress."""
    wanted = cluster.ingress
    path, status = _HEALTH[wanted.controller]
    return Ingress(wanted.controller, wanted.replicas, wanted.node_ports.http, wanted.node_ports.https, path, status)
