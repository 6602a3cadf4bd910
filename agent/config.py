"""agent.yaml as the agent reads it: strict, every problem at once."""

from ipaddress import IPv4Address
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel


class ConfigError(Exception):
    """agent.yaml cannot be used; one line per problem in `problems`."""

    def __init__(self, path: Path, problems: tuple[str, ...]) -> None:
        super().__init__(f"{path}: " + "; ".join(problems))
        self.problems = problems


class _Section(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True, strict=True)


def _address(value: object) -> object:
    return IPv4Address(value) if isinstance(value, str) else value


Address = Annotated[IPv4Address, BeforeValidator(_address)]
Port = Annotated[int, Field(ge=1, le=65535)]


class Listen(_Section):
    """Where the metrics are served."""

    port: Port


class VirtualIP(_Section):
    """The address whose holder is watched, and how keepalived knows it."""

    address: Address
    interface: str
    vrrp_instance: str
    advert_milliseconds: int = Field(ge=10)


class LoadBalancer(_Section):
    """One load balancer; the agent finds itself among them by its own addresses."""

    name: str
    address: Address
    priority: int = Field(ge=1, le=254)


class Haproxy(_Section):
    """Where haproxy answers for itself."""

    socket: str
    health_url: str = Field(alias="healthURL")


class Keepalived(_Section):
    """How keepalived is asked: `socket` is that of the helper; the dump is where keepalived writes it."""

    socket: str = "/run/hagen-agent/keepalived.sock"
    dump_file: str = "/tmp/keepalived.json"  # noqa: S108 - keepalived's choice


class Peers(_Section):
    """How the other load balancers' agents are asked: with TLS if there is a CA, with a certificate if there is one."""

    ca_file: str | None = None
    certificate_file: str | None = None
    key_file: str | None = None


class ApiServer(_Section):
    """One API server, asked directly."""

    name: str
    url: str


class ApiServers(_Section):
    """The API servers: through the virtual IP, and each by itself."""

    endpoint: str
    members: tuple[ApiServer, ...] = Field(min_length=1, strict=False)


class EtcdMember(_Section):
    """One etcd member; metrics over plain HTTP."""

    name: str
    metrics_url: str = Field(alias="metricsURL")


class Etcd(_Section):
    """etcd; a write needs `quorum` members."""

    quorum: int = Field(ge=1)
    members: tuple[EtcdMember, ...] = Field(min_length=1, strict=False)


class Kubernetes(_Section):
    """How the agent logs in to the API: with a kubeconfig if there is one, else with a token and the CA of the API."""

    kubeconfig: str | None = None
    token_file: str = "/etc/hagen-agent/token"  # noqa: S105 - a path
    ca_file: str = "/etc/hagen-agent/ca.crt"


class Operator(_Section):
    """The Lease that the database's operator renews while it lives."""

    namespace: str
    lease: str


class Galera(_Section):
    """The PerconaXtraDBCluster; a primary component needs `quorum` nodes.

    `user` may log in and read the status, nothing else; `password_file` holds its password and no more.
    """

    name: str
    namespace: str
    size: int = Field(ge=1)
    quorum: int = Field(ge=1)
    user: str = "hagen_agent"
    password_file: str = "/etc/hagen-agent/galera-password"  # noqa: S105 - a path
    operator: Operator | None = None


class Autoscaler(_Section):
    """One HorizontalPodAutoscaler."""

    name: str
    namespace: str
    min: int = Field(ge=0)
    max: int = Field(ge=1)


class AgentConfig(_Section):
    """Everything that the agent watches."""

    api_version: Literal["hagen.dev/v1alpha1"]
    kind: Literal["Agent"]
    cluster: str
    listen: Listen
    virtual_ip: VirtualIP = Field(alias="virtualIP")
    load_balancers: tuple[LoadBalancer, ...] = Field(min_length=1, strict=False)
    haproxy: Haproxy
    keepalived: Keepalived = Keepalived()
    peers: Peers = Peers()
    api_servers: ApiServers
    kubernetes: Kubernetes = Kubernetes()
    etcd: Etcd
    galera: Galera
    autoscalers: tuple[Autoscaler, ...] = Field(strict=False)


def load_config(path: Path) -> AgentConfig:
    """Read agent.yaml. ConfigError when it cannot be read, is not YAML, or is not exactly what is expected."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(path, (str(error),)) from error
    try:
        return AgentConfig.model_validate(data)
    except ValidationError as error:
        problems = tuple(f"{'.'.join(map(str, entry['loc'])) or 'file'}: {entry['msg']}" for entry in error.errors())
        raise ConfigError(path, problems) from error
