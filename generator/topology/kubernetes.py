"""What kubeadm is told, and what etcd's quorum follows from."""

from dataclasses import dataclass
from typing import Final

from ..model import Cluster
from .machines import Machine
from .network import API_PORT

ETCD_METRICS_PORT: Final = 2381  # kubeadm's own choice for etcd's listen-metrics-urls


@dataclass(frozen=True, slots=True)
class Audit:
    """Audit log of the API servers."""

    enabled: bool
    max_age_days: int
    max_backups: int
    max_size_megabytes: int


@dataclass(frozen=True, slots=True)
class Kubernetes:
    """The cluster as kubeadm makes it. `endpoint` is host:port of the API through the virtual IP.

    `kubelet_names` (a regular expression) and `kubelet_addresses` (networks joined by commas) are those of the machines
    that may have a kubelet's certificate.
    """

    version: str
    minor: str
    endpoint: str
    pod_cidr: str
    service_cidr: str
    dns_domain: str
    certificate_sans: tuple[str, ...]
    first_control_plane: Machine
    kubelet_serving_certificates: bool
    kubelet_names: str
    kubelet_addresses: str
    encryption_at_rest: bool
    audit: Audit
    containerd_config_version: int


@dataclass(frozen=True, slots=True)
class EtcdMember:
    """One etcd member and where its metrics are read, over plain HTTP."""

    name: str
    address: str
    metrics_url: str


@dataclass(frozen=True, slots=True)
class Etcd:
    """Stacked etcd. A write needs `quorum` members; `tolerance` may fail before it is lost."""

    members: tuple[EtcdMember, ...]
    metrics_port: int
    quorum: int
    tolerance: int


def kubernetes(cluster: Cluster, control_planes: tuple[Machine, ...], workers: tuple[Machine, ...]) -> Kubernetes:
    """The cluster's settings."""
    wanted, virtual_ip = cluster.kubernetes, str(cluster.network.virtual_ip)
    audit, kubelets = wanted.audit, (*control_planes, *workers)
    sans = (virtual_ip, *(machine.name for machine in control_planes), *(machine.address for machine in control_planes))
    return Kubernetes(
        version=str(wanted.version),
        minor=wanted.version.minor_name,
        endpoint=f"{virtual_ip}:{API_PORT}",
        pod_cidr=str(wanted.pod_cidr),
        service_cidr=str(wanted.service_cidr),
        dns_domain=wanted.dns_domain,
        certificate_sans=tuple(dict.fromkeys((*sans, *wanted.certificate_sans))),
        first_control_plane=control_planes[0],
        kubelet_serving_certificates=wanted.kubelet_certificates == "cluster-ca",
        # DNS labels: no character of theirs has a meaning in a regular expression.
        kubelet_names=f"^({'|'.join(machine.name for machine in kubelets)})$",
        kubelet_addresses=",".join(f"{machine.address}/32" for machine in kubelets),
        encryption_at_rest=wanted.encryption_at_rest,
        audit=Audit(audit.enabled, audit.max_age_days, audit.max_backups, audit.max_size_megabytes),
        containerd_config_version=wanted.containerd.config_version,
    )


def etcd(control_planes: tuple[Machine, ...]) -> Etcd:
    """Members and quorum: a majority of n is n // 2 + 1 (etcd FAQ, "What is failure tolerance?")."""
    members = tuple(
        EtcdMember(machine.name, machine.address, f"http://{machine.address}:{ETCD_METRICS_PORT}")
        for machine in control_planes
    )
    quorum = len(members) // 2 + 1
    return Etcd(members, ETCD_METRICS_PORT, quorum, len(members) - quorum)
