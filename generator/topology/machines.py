"""Machines: size, place and cloud-init file of each, and the load balancers among themselves."""

from dataclasses import dataclass
from typing import Final

from ..model import Cluster, Node
from ..model.types import format_size

# Whoever has the highest priority wins after a split, and clients must come back to it: a stale ARP entry lives for one
# second at most. The others repeat themselves seldom, so that clients stay with one holder while a split lasts.
_WINNER_ANNOUNCES: Final = 1
_OTHERS_ANNOUNCE: Final = 30
_HIGHEST_PRIORITY: Final = (
    254  # 255 is the address owner's (RFC 5798, section 5.2.4); high and close keeps the skew small
)


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine. Sizes as LXD writes them ("4GiB"); `host` is empty where LXD may choose."""

    name: str
    role: str
    address: str
    cpu: int
    memory: str
    disk: str
    profiles: tuple[str, ...]
    host: str
    cloud_init: str


@dataclass(frozen=True, slots=True)
class LoadBalancer:
    """One load balancer as its peers see it; `directory` holds its keepalived.conf and haproxy.cfg.

    `announce_seconds`: how often it repeats its gratuitous ARP while it holds the virtual IP.
    """

    name: str
    address: str
    priority: int
    announce_seconds: int
    peers: tuple[str, ...]
    directory: str


@dataclass(frozen=True, slots=True)
class Provider:
    """What LXD is asked for, whatever the machine."""

    type: str
    image: str
    image_server: str
    storage_pool: str
    bridge: str


def machines(cluster: Cluster) -> tuple[Machine, ...]:
    """All machines in the order of the file."""
    return tuple(_machine(cluster, node) for node in cluster.nodes)


def _machine(cluster: Cluster, node: Node) -> Machine:
    sizes = cluster.machines
    size = {"load-balancer": sizes.load_balancer, "control-plane": sizes.control_plane, "worker": sizes.worker}[
        node.role
    ]
    return Machine(
        name=node.name,
        role=node.role,
        address=str(node.address),
        cpu=size.cpu,
        memory=format_size(size.memory),
        disk=format_size(size.disk),
        profiles=size.profiles,
        host=node.host or "",
        cloud_init=f"cloud-init/{node.role}.yaml",
    )


def load_balancers(cluster: Cluster, every: tuple[Machine, ...]) -> tuple[LoadBalancer, ...]:
    """The load balancers with their VRRP priorities and peers."""
    own = [machine for machine in every if machine.role == "load-balancer"]
    given = {node.name: node.priority for node in cluster.nodes if node.priority is not None}
    priorities = {machine.name: given.get(machine.name, _HIGHEST_PRIORITY - index) for index, machine in enumerate(own)}
    highest = max(priorities.values(), default=_HIGHEST_PRIORITY)
    return tuple(
        LoadBalancer(
            name=machine.name,
            address=machine.address,
            priority=priorities[machine.name],
            announce_seconds=_WINNER_ANNOUNCES if priorities[machine.name] == highest else _OTHERS_ANNOUNCE,
            peers=tuple(other.address for other in own if other.name != machine.name),
            directory=f"load-balancers/{machine.name}",
        )
        for machine in own
    )


def provider(cluster: Cluster) -> Provider:
    """The provider's settings."""
    wanted = cluster.machines
    return Provider(wanted.type, wanted.image, wanted.image_server or "", wanted.storage_pool, cluster.network.bridge)
