"""Roles and quorum: how many machines of each kind, and what each number is worth."""

from collections.abc import Iterator
from typing import Final

from ..model import Cluster
from ..problem import Finding
from .rule import reads

_NODES: Final = ("nodes",)
_ADVISED_ETCD_MEMBERS: Final = 7  # etcd FAQ, "What is maximum cluster size?"
GALERA_SIZES: Final = (3, 5)
"""percona-xtradb-cluster-operator, unsafeFlags.pxcSize: what it takes without being told that it is unsafe."""

_ARGOCD_HA_WORKERS: Final = 3  # ha/install.yaml: three Redis servers with required anti-affinity, no tolerations


def count(cluster: Cluster, role: str) -> int:
    """How many machines have the role."""
    return sum(node.role == role for node in cluster.nodes)


@reads("nodes")
def control_planes(cluster: Cluster) -> Iterator[Finding]:
    """An odd number of control planes, better three than one."""
    number = count(cluster, "control-plane")
    if number == 0:
        yield Finding("HG201", _NODES, "no machine is a control plane", "give three machines role: control-plane")
    elif number % 2 == 0:
        message = f"{number} control planes tolerate {(number - 1) // 2} failures, as many as {number - 1}"
        yield Finding("HG202", _NODES, message, f"write {number + 1} control planes, or {number - 1}")
    elif number == 1:
        message = "one control plane: the API is gone whenever it is"
        yield Finding("HG203", _NODES, message, "write 3 control planes; keep 1 for a test cluster only")
    elif number > _ADVISED_ETCD_MEMBERS:
        message = f"{number} etcd members: every write waits for {number // 2 + 1} of them"
        yield Finding("HG208", _NODES, message, "write 3 or 5 control planes")


@reads("nodes")
def load_balancers(cluster: Cluster) -> Iterator[Finding]:
    """Two load balancers, so that one can take over."""
    number = count(cluster, "load-balancer")
    if number == 0:
        yield Finding("HG204", _NODES, "no machine is a load balancer", "give two machines role: load-balancer")
    elif number == 1:
        message = "one load balancer: nobody takes the virtual IP over"
        yield Finding("HG205", _NODES, message, "write 2 load balancers; keep 1 for a test cluster only")


@reads("nodes", "database.size")
def workers(cluster: Cluster) -> Iterator[Finding]:
    """A worker of its own for each Galera node."""
    number, size = count(cluster, "worker"), cluster.database.size
    size = size if size in GALERA_SIZES else GALERA_SIZES[0]
    if number == 0:
        yield Finding("HG209", _NODES, "no machine is a worker", f"give {size} machines role: worker")
    elif number < size:
        message = f"{size} Galera nodes (database.size) need {size} workers, and there are {number}"
        remedy = f"write {size} workers" + (f", or database.size: {_largest(number)}" if _largest(number) else "")
        given = "size" in cluster.database.model_fields_set
        yield Finding("HG206", ("database", "size") if given else _NODES, message, remedy)


@reads("database.size")
def database_size(cluster: Cluster) -> Iterator[Finding]:
    """The sizes that the operator takes."""
    size = cluster.database.size
    if size not in GALERA_SIZES:
        nearest = min(GALERA_SIZES, key=lambda offered: (abs(offered - size), offered))
        message = f"database.size is {size}, and takes 3 or 5"
        yield Finding(
            "HG207",
            ("database", "size"),
            message,
            f"write size: {nearest}" + (", or 3" if nearest > GALERA_SIZES[0] else ""),
        )


def _largest(number: int) -> int | None:
    return max((size for size in GALERA_SIZES if size <= number), default=None)


@reads("nodes", "argocd.highAvailability")
def argocd(cluster: Cluster) -> Iterator[Finding]:
    """A worker of its own for each Redis of the HA flavour."""
    number = count(cluster, "worker")
    if cluster.argocd.high_availability and 0 < number < _ARGOCD_HA_WORKERS:
        message = f"argocd.highAvailability needs {_ARGOCD_HA_WORKERS} workers, and there are {number}"
        given = "high_availability" in cluster.argocd.model_fields_set
        path = ("argocd", "highAvailability") if given else _NODES
        yield Finding("HG210", path, message, f"write highAvailability: false, or {_ARGOCD_HA_WORKERS} workers")


RULES: Final = (control_planes, load_balancers, workers, database_size, argocd)
