"""machines: and nodes: what the machines are made of, and which machines there are."""

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from .base import Section
from .network import host
from .types import Address, ByteSize

if TYPE_CHECKING:
    from ipaddress import IPv4Network

GIB = 2**30

Role = Literal["load-balancer", "control-plane", "worker"]


class Size(Section):
    """Size of the machines of one role."""

    cpu: int = Field(ge=1, le=1024, description="Virtual CPUs.")
    memory: ByteSize = Field(description="Memory.")
    disk: ByteSize = Field(description="Root disk.")
    profiles: tuple[str, ...] = Field(
        (), strict=False, description="LXD profiles besides the cluster's own.", examples=[["gpu", "monitoring"]]
    )


class LoadBalancerSize(Size):
    """machines.loadBalancer."""

    cpu: int = Field(1, ge=1, le=1024, description="Virtual CPUs.")
    memory: ByteSize = Field(1 * GIB, description="Memory.")
    disk: ByteSize = Field(10 * GIB, description="Root disk.")


class ControlPlaneSize(Size):
    """machines.controlPlane."""

    cpu: int = Field(2, ge=1, le=1024, description="Virtual CPUs.")
    memory: ByteSize = Field(4 * GIB, description="Memory.")
    disk: ByteSize = Field(20 * GIB, description="Root disk.")


class WorkerSize(Size):
    """machines.worker."""

    cpu: int = Field(2, ge=1, le=1024, description="Virtual CPUs.")
    memory: ByteSize = Field(4 * GIB, description="Memory.")
    disk: ByteSize = Field(40 * GIB, description="Root disk.")


class Machines(Section):
    """machines: image, kind and size of the machines, per role."""

    type: Literal["virtual-machine", "container"] = Field(
        "virtual-machine",
        description="Kind of LXD instance. Containers are for tests: kubeadm needs privileged ones.",
    )
    image: str = Field(
        "24.04",
        description="Alias of the image: Ubuntu 24.04 with cloud-init, which the first-boot files are written for.",
    )
    image_server: str | None = Field(
        "https://cloud-images.ubuntu.com/releases",
        description="Simplestreams server of the image; null looks the alias up on the LXD server itself.",
    )
    storage_pool: str = Field("default", description="LXD storage pool of the root disks.")
    load_balancer: LoadBalancerSize = Field(default_factory=LoadBalancerSize, description="Load balancers.")
    control_plane: ControlPlaneSize = Field(default_factory=ControlPlaneSize, description="Control planes.")
    worker: WorkerSize = Field(default_factory=WorkerSize, description="Workers.")


class Node(Section):
    """nodes[]: one machine, one line."""

    name: str = Field(description="Host name; a DNS label (a-z, 0-9, -), unique.")
    role: Role = Field(description="What the machine does.")
    address: Address = Field(description="Static address inside network.cidr.")
    host: str | None = Field(None, description="LXD cluster member that the machine is placed on.")
    priority: int | None = Field(
        None,
        description="VRRP priority, 1 to 254, load balancers only. Default: 254 for the first, one less for each "
        "further one.",
    )


def default_nodes(data: dict[str, Any]) -> tuple[Node, ...]:
    """The reference cluster's eight machines, at their usual places in the network that the file gives."""
    network: IPv4Network = data["network"].cidr
    plan: list[tuple[str, Role, int, int]] = [
        ("k8s-lb", "load-balancer", 11, 2),
        ("k8s-master", "control-plane", 20, 3),
        ("k8s-worker", "worker", 24, 3),
    ]
    return tuple(
        Node(name=f"{prefix}-{index + 1}", role=role, address=host(network, first + index))
        for prefix, role, first, count in plan
        for index in range(count)
    )
