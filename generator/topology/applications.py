"""The database and the applications: names, hosts, and what is to be watched."""

from dataclasses import dataclass
from typing import Final

from ..model import Cluster

NAMESPACE: Final = (
    "apps"  # one for database and applications: the operator writes the users' Secrets beside its resource
)


@dataclass(frozen=True, slots=True)
class Galera:
    """The PerconaXtraDBCluster. A primary component needs `quorum` nodes."""

    name: str
    namespace: str
    size: int
    quorum: int
    tolerance: int
    anti_affinity_topology_key: str


@dataclass(frozen=True, slots=True)
class Autoscaler:
    """One HorizontalPodAutoscaler."""

    name: str
    namespace: str
    min: int
    max: int


@dataclass(frozen=True, slots=True)
class Applications:
    """Host names (in the order client, server, phpMyAdmin) and autoscalers."""

    hosts: tuple[str, ...]
    autoscalers: tuple[Autoscaler, ...]


def galera(cluster: Cluster) -> Galera:
    """The database and its quorum: more than half of the nodes (Galera, "Quorum components")."""
    wanted = cluster.database
    quorum = wanted.size // 2 + 1
    key = {"hostname": "kubernetes.io/hostname", "zone": "topology.kubernetes.io/zone"}[wanted.anti_affinity]
    return Galera(wanted.name, NAMESPACE, wanted.size, quorum, wanted.size - quorum, key)


def applications(cluster: Cluster) -> Applications:
    """The applications."""
    apps = cluster.apps
    hosts = [apps.client.host, apps.server.host]
    if apps.php_my_admin.enabled:
        hosts.append(apps.php_my_admin.host)
    scaling = apps.server.autoscaling
    return Applications(tuple(hosts), (Autoscaler("server", NAMESPACE, scaling.min, scaling.max),))
