"""ingress:, storage:, argocd: and monitoring: the platform that the applications stand on."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from .base import Section, without_ends


class NodePorts(Section):
    """ingress.nodePorts: fixed ports on the workers that haproxy targets."""

    http: int = Field(30080, description="NodePort of HTTP.")
    https: int = Field(30443, description="NodePort of HTTPS.")


class Ingress(Section):
    """ingress: the way in for HTTP."""

    controller: Literal["nginx-gateway-fabric", "ingress-nginx"] = Field(
        "nginx-gateway-fabric",
        description="nginx-gateway-fabric: Gateway API, maintained. ingress-nginx: Ingress API, retired upstream since "
        "March 2026.",
    )
    replicas: int = Field(2, ge=1, le=100, description="Ingress pods, spread over the workers.")
    node_ports: NodePorts = Field(default_factory=NodePorts, description="Fixed NodePorts of the ingress.")
    certificate_secret: str | None = Field(
        None,
        description="Name of a TLS Secret in the controller's namespace (nginx-gateway or ingress-nginx), made in the "
        "cluster and never in git. Without it nginx-gateway-fabric serves no HTTPS, and ingress-nginx a certificate "
        "that it makes up.",
        examples=["public-tls"],
    )


class Storage(Section):
    """storage: volumes of the pods."""

    provisioner: Literal["local-path"] = Field("local-path", description="Provisioner of the default StorageClass.")


class SealedSecrets(Section):
    """sealedSecrets: secrets that may lie in git, because only the cluster can open them."""

    enabled: bool = Field(default=False, description="Install the Sealed Secrets controller.")


class ArgoCD(Section):
    """argocd: what syncs the repository."""

    high_availability: bool = Field(
        default=True, description="Install the HA flavour (needs three workers) instead of single replicas."
    )


class AgentSettings(Section):
    """monitoring.agent: the health agent on the load balancers."""

    port: int = Field(9790, ge=1, le=65535, description="Port of the agent's metrics on the load balancers.")
    tls: bool = Field(
        default=False,
        description="Serve the agent's metrics with TLS; bootstrap makes the certificates and renews them.",
    )


class Monitoring(Section):
    """monitoring: metrics of the load balancers and of the cluster."""

    agent: AgentSettings = Field(default_factory=AgentSettings, description="Health agent.")
    haproxy_port: int = Field(8404, ge=1, le=65535, description="Port of haproxy's own metrics on the load balancers.")
    kube_prometheus_stack: bool = Field(
        default=False, description="Add kube-prometheus-stack as an Argo CD Application."
    )


class Access(Section):
    """access: who may log in to the machines."""

    user: str = Field("ubuntu", description="Administrator's account on the machines (sudo).")
    ssh_keys: Annotated[tuple[str, ...], BeforeValidator(without_ends)] = Field(
        (),
        strict=False,
        description="Public SSH keys of the administrators; with none, machines are reached through LXD only.",
        examples=[
            ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExampleE admin@example.com"]
        ],
    )
    password_login: bool = Field(
        default=False,
        description="Allow SSH logins with a password. The password itself is set on the machine, never here.",
    )
