"""The machines' network, the virtual IP's timing, and every port on a load balancer."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from ..model import Cluster
from ..model.network import vrrp_down_time

API_PORT: Final = 6443  # kubeadm's default, kube-apiserver --secure-port
HTTP_PORT: Final = 80
HTTPS_PORT: Final = 443
HEALTH_PORT: Final = 8405  # haproxy answers for itself on loopback; nothing outside reaches it
_VXLAN_OVERHEAD: Final = 50  # outer Ethernet, IP, UDP and VXLAN headers (RFC 7348; flannel takes as much)


@dataclass(frozen=True, slots=True)
class Vrrp:
    """VRRPv3 settings. `advert_seconds` is keepalived's spelling; `down_milliseconds` the first balancer's deadline."""

    router_id: int
    advert_milliseconds: int
    advert_seconds: str
    down_milliseconds: int


@dataclass(frozen=True, slots=True)
class NetworkPlan:
    """Addresses of the machines' network. `dhcp_range` is LXD's ipv4.dhcp.ranges, or empty."""

    cidr: str
    prefix: int
    gateway: str
    interface: str
    mtu: int
    pod_mtu: int
    virtual_ip: str
    dhcp_range: str
    vrrp: Vrrp
    process_tracking: bool


@dataclass(frozen=True, slots=True)
class Ports:
    """Ports on the load balancers."""

    api: int
    http: int
    https: int
    health: int
    haproxy_metrics: int
    agent: int


def network(cluster: Cluster) -> NetworkPlan:
    """The network, with what follows from the advert interval."""
    wanted, dhcp = cluster.network, cluster.network.dhcp_range
    interval = wanted.vrrp.advert_interval
    milliseconds = round(interval / timedelta(milliseconds=1))
    return NetworkPlan(
        cidr=str(wanted.cidr),
        prefix=wanted.cidr.prefixlen,
        gateway=str(wanted.gateway),
        interface=wanted.interface,
        mtu=wanted.mtu,
        pod_mtu=wanted.mtu - _VXLAN_OVERHEAD,
        virtual_ip=str(wanted.virtual_ip),
        dhcp_range=f"{dhcp.start}-{dhcp.end}" if dhcp else "",
        vrrp=Vrrp(
            router_id=wanted.vrrp.router_id,
            advert_milliseconds=milliseconds,
            advert_seconds=f"{milliseconds / 1000:g}",
            down_milliseconds=round(vrrp_down_time(interval, priority=253) / timedelta(milliseconds=1)),
        ),
        # The kernel's process connector is reachable in a machine of its own, not in a container's namespaces.
        process_tracking=cluster.machines.type == "virtual-machine",
    )


def ports(cluster: Cluster) -> Ports:
    """The ports on the load balancers."""
    monitoring = cluster.monitoring
    return Ports(API_PORT, HTTP_PORT, HTTPS_PORT, HEALTH_PORT, monitoring.haproxy_port, monitoring.agent.port)
