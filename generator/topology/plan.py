"""The plan of one cluster: the page on which everything derived comes together."""

from dataclasses import dataclass

from ..model import Cluster
from .applications import Applications, applications
from .argocd import ArgoCD, argocd
from .components import Component, components
from .database import Galera, galera
from .delivery import Delivery, delivery
from .ingress import Ingress, ingress
from .kubernetes import Etcd, Kubernetes, etcd, kubernetes
from .machines import LoadBalancer, Machine, Provider, load_balancers, machines, provider
from .monitoring import Monitoring, monitoring
from .network import NetworkPlan, Ports, network, ports
from .packages import Access, Packages, access, packages


@dataclass(frozen=True, slots=True)
class Repository:
    """The git repository that Argo CD follows, with a token (`over_https`) or an SSH key.

    `ssh_known_hosts` are lines for servers that upstream's list does not have.
    """

    url: str
    revision: str
    over_https: bool
    ssh_known_hosts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Topology:
    """One cluster, wholly worked out."""

    name: str
    repository: Repository
    provider: Provider
    network: NetworkPlan
    ports: Ports
    machines: tuple[Machine, ...]
    load_balancers: tuple[LoadBalancer, ...]
    control_planes: tuple[Machine, ...]
    workers: tuple[Machine, ...]
    kubernetes: Kubernetes
    etcd: Etcd
    ingress: Ingress
    galera: Galera
    applications: Applications
    delivery: Delivery
    monitoring: Monitoring
    packages: Packages
    access: Access
    components: tuple[Component, ...]
    argocd: ArgoCD


def plan(cluster: Cluster, vendored: frozenset[tuple[str, str]] = frozenset()) -> Topology:
    """Work out a cluster that `check` has passed; the result depends on nothing else.

    `vendored` are the upstream manifests, as (add-on, version), of which the repository keeps copies.
    """
    every = machines(cluster)
    control_planes = tuple(machine for machine in every if machine.role == "control-plane")
    workers = tuple(machine for machine in every if machine.role == "worker")
    parts = components(cluster, vendored)
    return Topology(
        name=cluster.metadata.name,
        repository=_repository(cluster),
        provider=provider(cluster),
        network=network(cluster),
        ports=ports(cluster),
        machines=every,
        load_balancers=load_balancers(cluster, every),
        control_planes=control_planes,
        workers=workers,
        kubernetes=kubernetes(cluster, control_planes, workers),
        etcd=etcd(control_planes),
        ingress=ingress(cluster, every),
        galera=galera(cluster),
        applications=applications(cluster),
        delivery=delivery(cluster),
        monitoring=monitoring(cluster, every),
        packages=packages(cluster),
        access=access(cluster),
        components=parts,
        argocd=argocd(),
    )


def _repository(cluster: Cluster) -> Repository:
    wanted = cluster.repository
    known = tuple(" ".join(line.split()) for line in wanted.ssh_known_hosts)
    return Repository(wanted.url, wanted.revision, wanted.url.startswith("https://"), known)
