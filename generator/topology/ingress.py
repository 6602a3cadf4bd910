"""The ingress as haproxy and the applications see it: NodePorts, health, names, and whom it believes."""

from dataclasses import dataclass
from typing import Final

from ..model import Cluster
from .applications import NAMESPACE
from .machines import Machine

# ingress-nginx's default server answers /healthz with 200 itself. nginx-gateway-fabric has no such path: any answer of
# nginx, also its 404 for an unknown host, proves that it serves.
_HEALTH: Final = {
    "ingress-nginx": ("/healthz", "200"),
    "nginx-gateway-fabric": ("/", "200-499"),
}
_NAMESPACES: Final = {"ingress-nginx": "ingress-nginx", "nginx-gateway-fabric": "nginx-gateway"}
GATEWAY: Final = "public"


@dataclass(frozen=True, slots=True)
class Ingress:
    """The ingress controller and its fixed NodePorts.

    `gateway` (Gateway API) or `class_name` (Ingress API) is what routes refer to, in `namespace`; they come from
    `routes_from`. `trusted` are the senders of the PROXY protocol. `certificate` names a TLS Secret in `namespace`, "".
    """

    controller: str
    namespace: str
    gateway: str
    class_name: str
    routes_from: str
    replicas: int
    http_node_port: int
    https_node_port: int
    certificate: str
    trusted: tuple[str, ...]
    trusted_list: str
    health_path: str
    health_status: str


def ingress(cluster: Cluster, machines: tuple[Machine, ...]) -> Ingress:
    """The ingress."""
    wanted = cluster.ingress
    path, status = _HEALTH[wanted.controller]
    # haproxy speaks from its machine's own address; from the virtual IP where the machine's was lost and came back.
    balancers = [machine.address for machine in machines if machine.role == "load-balancer"]
    trusted = tuple(f"{address}/32" for address in (*balancers, cluster.network.virtual_ip))
    return Ingress(
        controller=wanted.controller,
        namespace=_NAMESPACES[wanted.controller],
        gateway=GATEWAY,
        class_name="nginx",
        routes_from=NAMESPACE,
        replicas=wanted.replicas,
        http_node_port=wanted.node_ports.http,
        https_node_port=wanted.node_ports.https,
        certificate=wanted.certificate_secret or "",
        trusted=trusted,
        trusted_list=",".join(trusted),
        health_path=path,
        health_status=status,
    )
