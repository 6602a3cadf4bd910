"""network: the machines' network, the virtual IP, and the VRRP that moves it."""

from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network

from pydantic import Field

from .base import Section
from .types import Address, Duration, Network


def host(network: IPv4Network, number: int) -> IPv4Address:
    """The address `number` above the network's own; the last one when the network is smaller than that."""
    return network[min(number, network.num_addresses - 1)]


class DHCPRange(Section):
    """network.dhcpRange: addresses that the bridge hands out, which no machine and no virtual IP may use."""

    start: Address = Field(description="First address of the range.")
    end: Address = Field(description="Last address of the range.")


class VRRP(Section):
    """network.vrrp: how the load balancers agree on who holds the virtual IP."""

    router_id: int = Field(
        51, alias="routerID", description="VRRP virtual router id, 1 to 255; unique on the network segment."
    )
    advert_interval: Duration = Field(
        timedelta(milliseconds=100),
        description="Time between two VRRP advertisements, in steps of 10ms. A dead load balancer is noticed after "
        "three of them. 100ms on quiet hosts; 1s or more where virtual machines are migrated or snapshotted.",
    )


class NetworkSection(Section):
    """network: addresses of the machines. Everything but the network itself follows from it unless it is given."""

    cidr: Network = Field(IPv4Network("10.196.35.0/24"), description="Network of the machines; the LXD bridge's.")
    bridge: str = Field("lxdbr0", description="LXD network that the machines are attached to.")
    interface: str = Field(
        "enp5s0",
        description="Name of the network interface inside the machines: enp5s0 in LXD virtual machines, eth0 in "
        "containers.",
    )
    gateway: Address = Field(
        default_factory=lambda data: host(data["cidr"], 1),
        description="Default gateway. Default: the first address of the network.",
    )
    virtual_ip: Address = Field(
        default_factory=lambda data: host(data["cidr"], 30),
        alias="virtualIP",
        description="Address of the API servers and of the ingress; held by one load balancer at a time. Default: the "
        "30th address.",
    )
    dhcp_range: DHCPRange | None = Field(
        None,
        alias="dhcpRange",
        description="Range that the bridge may hand out by DHCP (ipv4.dhcp.ranges). Without one LXD may give the "
        "virtual IP to somebody else: every address that no machine was given is free to it.",
        examples=[{"start": "10.196.35.100", "end": "10.196.35.200"}],
    )
    mtu: int = Field(
        1500, ge=1280, le=65535, description="MTU of the machines' network; pods get 50 bytes less (VXLAN)."
    )
    vrrp: VRRP = Field(default_factory=VRRP, description="VRRP settings of the virtual IP.")


def vrrp_down_time(interval: timedelta, priority: int) -> timedelta:
    """Time until a silent master is replaced: 3 x A + (256 - priority) x A / 256 (RFC 5798, section 6.1)."""
    return 3 * interval + (256 - priority) * interval / 256
