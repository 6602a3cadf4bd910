"""The whole of hagen.yaml. Each top-level key has a module of its own name, or stands beside its siblings in one."""

from typing import Literal

from pydantic import Field

from .apps import Apps
from .base import Section
from .database import Database
from .kubernetes import Kubernetes
from .machines import Machines, Node, default_nodes
from .metadata import Metadata, Repository
from .network import NetworkSection
from .packages import Packages
from .platform import Access, ArgoCD, Ingress, Monitoring, SealedSecrets, Storage

API_VERSION = "hagen.dev/v1alpha1"


class Cluster(Section):
    """One highly available cluster. Every key but apiVersion and kind has a default: the reference cluster's."""

    api_version: Literal["hagen.dev/v1alpha1"] = Field(description="Version of this file's format.")
    kind: Literal["Cluster"] = Field(description="Kind of this file.")
    metadata: Metadata = Field(default_factory=Metadata, description="Identity of the cluster.")
    repository: Repository = Field(default_factory=Repository, description="The git repository that Argo CD syncs.")
    kubernetes: Kubernetes = Field(default_factory=Kubernetes, description="Version, networks and hardening.")
    network: NetworkSection = Field(default_factory=NetworkSection, description="Machine network, virtual IP, VRRP.")
    machines: Machines = Field(default_factory=Machines, description="Image, kind and size of the machines, per role.")
    nodes: tuple[Node, ...] = Field(
        default_factory=default_nodes,
        strict=False,
        min_length=1,
        description="The machines, one line each: adding, moving or replacing one is a one-line change.",
    )
    packages: Packages = Field(default_factory=Packages, description="Mirrors and proxies.")
    ingress: Ingress = Field(default_factory=Ingress, description="Ingress controller.")
    storage: Storage = Field(default_factory=Storage, description="Volumes.")
    database: Database = Field(default_factory=Database, description="Percona XtraDB Cluster.")
    apps: Apps = Field(default_factory=Apps, description="Applications.")
    sealed_secrets: SealedSecrets = Field(default_factory=SealedSecrets, description="Sealed Secrets.")
    argocd: ArgoCD = Field(default_factory=ArgoCD, description="Argo CD.")
    monitoring: Monitoring = Field(default_factory=Monitoring, description="Metrics.")
    access: Access = Field(default_factory=Access, description="Logins on the machines.")
