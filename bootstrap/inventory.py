"""inventory.yaml as bootstrap reads it: strict, every problem at once."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel


class InventoryError(Exception):
    """inventory.yaml cannot be used; one line per problem in `problems`."""

    def __init__(self, path: Path, problems: tuple[str, ...]) -> None:
        super().__init__(f"{path}: " + "; ".join(problems))
        self.problems = problems


class _Section(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True, strict=True)


def _address(value: object) -> object:
    return IPv4Address(value) if isinstance(value, str) else value


def _network(value: object) -> object:
    return IPv4Network(value) if isinstance(value, str) else value


Address = Annotated[IPv4Address, BeforeValidator(_address)]
Network = Annotated[IPv4Network, BeforeValidator(_network)]


class Repository(_Section):
    """What Argo CD will follow."""

    url: str
    revision: str


class Provider(_Section):
    """What LXD is asked for; empty text leaves the choice to LXD."""

    type: Literal["virtual-machine", "container"]
    image: str
    image_server: str
    storage_pool: str
    bridge: str


class NetworkPlan(_Section):
    """The machines' network."""

    cidr: Network
    gateway: Address
    interface: str
    mtu: int
    dhcp_range: str
    virtual_ip: Address = Field(alias="virtualIP")
    vrrp_router_id: int = Field(alias="vrrpRouterID", ge=1, le=255)


class Kubernetes(_Section):
    """What the steps need to know of the cluster."""

    version: str
    endpoint: str
    pod_cidr: Network = Field(alias="podCIDR")
    service_cidr: Network = Field(alias="serviceCIDR")
    first_control_plane: str
    kubelet_serving_certificates: bool
    encryption_at_rest: bool
    etcd_quorum: int = Field(ge=1)


class Machine(_Section):
    """One machine. Sizes as LXD takes them; paths are relative to the inventory."""

    name: str
    role: Literal["load-balancer", "control-plane", "worker"]
    address: Address
    cpu: int = Field(ge=1)
    memory: str
    disk: str
    profiles: tuple[str, ...] = Field(strict=False)
    host: str
    cloud_init: str


class ConfigurationFile(_Section):
    """A rendered file, and where it goes on the machine."""

    source: str
    target: str


class LoadBalancer(_Section):
    """Configuration of one load balancer."""

    name: str
    priority: int = Field(ge=1, le=254)
    files: tuple[ConfigurationFile, ...] = Field(min_length=1, strict=False)


class RoleFile(_Section):
    """A rendered file that every machine of a role has; the systemd unit reads it again when it changed."""

    role: Literal["load-balancer", "control-plane", "worker"]
    source: str
    target: str
    unit: str


class Kubeadm(_Section):
    """kubeadm's files."""

    init: str
    join_control_plane: str
    join_worker: str


class Web(_Section):
    """What a client asks for. `host`: of an application's pages, at the virtual IP."""

    host: str


class Agent(_Section):
    """The health agent, and what it logs in with.

    `port`: of its metrics; `installer`: the rendered script; `authority`: ConfigMap and Secret of the agents' own CA,
    where they serve with TLS; the rest are names in the cluster.
    """

    port: int = Field(ge=1, le=65535)
    installer: str
    namespace: str
    service_account: str
    database_namespace: str
    database_secret: str
    database_user: str
    authority: str | None = None


class Inventory(_Section):
    """The machines of one cluster, and how they become it."""

    api_version: Literal["hagen.dev/v1alpha1"]
    kind: Literal["Inventory"]
    cluster: str
    repository: Repository
    provider: Provider
    network: NetworkPlan
    kubernetes: Kubernetes
    machines: tuple[Machine, ...] = Field(min_length=1, strict=False)
    load_balancers: tuple[LoadBalancer, ...] = Field(min_length=1, strict=False)
    role_files: tuple[RoleFile, ...] = Field(strict=False)
    kubeadm: Kubeadm
    web: Web
    agent: Agent


def load_inventory(path: Path) -> Inventory:
    """Read inventory.yaml. InventoryError when it cannot be read, is not YAML, or is not exactly what is expected."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise InventoryError(path, (str(error),)) from error
    try:
        inventory = Inventory.model_validate(data)
    except ValidationError as error:
        problems = tuple(f"{'.'.join(map(str, entry['loc'])) or 'file'}: {entry['msg']}" for entry in error.errors())
        raise InventoryError(path, problems) from error
    if problems := tuple(_contradictions(inventory)):
        raise InventoryError(path, problems)
    return inventory


def _contradictions(inventory: Inventory) -> Iterator[str]:
    """What hagen never renders, and an edit by hand can bring about."""
    for title, values in (
        ("name", [machine.name for machine in inventory.machines]),
        ("address", [str(machine.address) for machine in inventory.machines]),
    ):
        for twice in sorted({value for value in values if values.count(value) > 1}):
            yield f"machines: two have the {title} {twice}; render it anew"
    planes = [machine.name for machine in inventory.machines if machine.role == "control-plane"]
    first = inventory.kubernetes.first_control_plane
    if first not in planes:
        yield f"kubernetes.firstControlPlane: {first} is no control plane; there are: {', '.join(planes) or 'none'}"
    balancers = {machine.name for machine in inventory.machines if machine.role == "load-balancer"}
    configured = {each.name for each in inventory.load_balancers}
    for name in sorted(balancers - configured):
        yield f"loadBalancers: {name} is missing"
    for name in sorted(configured - balancers):
        yield f"loadBalancers: {name} is no machine that is a load balancer"
