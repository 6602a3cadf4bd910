"""kubernetes: the cluster itself, as kubeadm makes it."""

from ipaddress import IPv4Network
from typing import Literal

from pydantic import Field

from .base import Section
from .types import KubernetesVersion, Network, Version


class Containerd(Section):
    """kubernetes.containerd: the container runtime."""

    config_version: Literal[2, 3, 4] = Field(
        3,
        description="Version of the configuration file format: 2 for containerd 1.x, 3 for 2.0 to 2.2 (Ubuntu 24.04), "
        "4 from 2.3 on.",
    )


class Audit(Section):
    """kubernetes.audit: who did what through the API server."""

    enabled: bool = Field(
        default=False,
        description="Write an audit log on every control plane (request metadata; bodies only for changes of RBAC).",
    )
    max_age_days: int = Field(30, ge=1, le=3650, description="Days that an old audit log file is kept.")
    max_backups: int = Field(10, ge=1, le=1000, description="Old audit log files that are kept.")
    max_size_megabytes: int = Field(100, ge=1, le=10_000, description="Size at which an audit log file is rotated.")


class Kubernetes(Section):
    """kubernetes: version, networks and hardening of the cluster."""

    version: KubernetesVersion = Field(
        Version(1, 36, 2), description="Full version of kubeadm, kubelet and the control plane."
    )
    pod_cidr: Network = Field(
        IPv4Network("10.244.0.0/16"),
        alias="podCIDR",
        description="Network of the pods; each node takes a /24 of it.",
    )
    service_cidr: Network = Field(
        IPv4Network("10.96.0.0/12"),
        alias="serviceCIDR",
        description="Network of the Services' virtual addresses.",
    )
    dns_domain: str = Field("cluster.local", description="DNS domain of the Services.")
    certificate_sans: tuple[str, ...] = Field(
        (),
        strict=False,
        alias="certificateSANs",
        description="Further names and addresses that the API server's certificate is valid for.",
        examples=[["api.example.com"]],
    )
    kubelet_certificates: Literal["cluster-ca", "self-signed"] = Field(
        "cluster-ca",
        description="cluster-ca: kubelets ask the cluster CA for their serving certificate, so that metrics-server can "
        "verify them. self-signed: kubeadm's default, unverifiable.",
    )
    encryption_at_rest: bool = Field(
        default=False,
        description="Encrypt Secrets in etcd. The key is made on the first control plane at bootstrap and never enters "
        "git.",
    )
    audit: Audit = Field(default_factory=Audit, description="Audit log of the API servers.")
    containerd: Containerd = Field(default_factory=Containerd, description="Container runtime.")
