"""A wanted machine as LXD's API takes it. Pure.

https://documentation.ubuntu.com/lxd/en/latest/reference/instance_options/
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

import yaml

from ..contract import Image, Network, ProviderError, Wanted

CLUSTER: Final = "user.hagen.cluster"
ROLE: Final = "user.hagen.role"
DIGEST: Final = "user.hagen.digest"
# The names that LXD's own default profile uses: a device of the machine hides the profile's of the same name.
NIC: Final = "eth0"
ROOT: Final = "root"
DEFAULT_PROFILE: Final = "default"


def create(wanted: Wanted, cluster: str, extensions: Collection[str], pool: str) -> dict[str, Any]:
    """Body of POST /1.0/instances. `pool`: where the root disk goes when `wanted` leaves that open."""
    return {
        "name": wanted.name,
        "type": "virtual-machine" if wanted.virtual else "container",
        "source": source(wanted.image),
        "profiles": profiles(wanted),
        "config": {
            **limits(wanted),
            **first_boot(wanted, extensions),
            CLUSTER: cluster,
            ROLE: wanted.role,
            DIGEST: wanted.digest,
        },
        "devices": {ROOT: root(wanted, pool), **nic(wanted)},
    }


def source(image: Image) -> dict[str, str]:
    """LXD knows no remotes, only servers; an alias alone is one of its own store."""
    if not image.server:
        return {"type": "image", "alias": image.alias}
    return {
        "type": "image",
        "mode": "pull",
        "protocol": "simplestreams",
        "server": image.server.rstrip("/"),
        "alias": image.alias,
    }


def limits(wanted: Wanted) -> dict[str, str]:
    """Every value of `config` is text: LXD refuses numbers."""
    return {"limits.cpu": str(wanted.cpu), "limits.memory": wanted.memory}


def profiles(wanted: Wanted) -> list[str]:
    """The default profile first, as `lxc launch` without -p has it; later ones win."""
    return [DEFAULT_PROFILE, *(name for name in wanted.profiles if name != DEFAULT_PROFILE)]


def first_boot(wanted: Wanted, extensions: Collection[str]) -> dict[str, str]:
    """cloud-init's files. A container's network card is named here, and the image's own default names another."""
    prefix = "cloud-init" if "cloud_init" in extensions else "user"
    files = {f"{prefix}.user-data": wanted.user_data}
    if wanted.interface and not wanted.virtual:
        plan = {"version": 2, "ethernets": {wanted.interface: {"dhcp4": True}}}
        files[f"{prefix}.network-config"] = yaml.safe_dump(plan, sort_keys=False)
    return files


def nic(wanted: Wanted) -> dict[str, dict[str, str]]:
    """The whole card: LXD does not let an address be added to one that comes from a profile.

    No filter on MAC or IPv4 addresses: keepalived adds a virtual address, and sends for it.
    """
    if not wanted.bridge:
        if wanted.address:
            raise ProviderError(f"machine {wanted.name}", "a fixed address needs a network", "Name network.bridge.")
        return {}
    device = {"type": "nic", "network": wanted.bridge}
    if not wanted.virtual:
        device["name"] = wanted.interface or NIC
    if wanted.address:
        device["ipv4.address"] = wanted.address
    return {NIC: device}


def root(wanted: Wanted, pool: str) -> dict[str, str]:
    """The root disk."""
    device = {"type": "disk", "path": "/", "pool": wanted.storage_pool or pool}
    return {**device, "size": wanted.disk} if wanted.disk else device


def default_pool(profile_devices: Iterable[Mapping[str, Mapping[str, str]]], pools: Iterable[str]) -> str | None:
    """The pool of the last profile that has a root disk, else the only pool there is."""
    named = [
        device["pool"]
        for devices in profile_devices
        for device in devices.values()
        if device.get("type") == "disk" and device.get("path") == "/" and device.get("pool")
    ]
    known = list(pools)
    if named:
        return named[-1]
    return known[0] if len(known) == 1 else None


def changes(wanted: Wanted, config: Mapping[str, str], current_profiles: list[str]) -> dict[str, Any]:
    """Body of PATCH for what differs and can change in place; empty when nothing does."""
    body: dict[str, Any] = {}
    config_changes = {key: value for key, value in limits(wanted).items() if config.get(key) != value}
    if config_changes:
        body["config"] = config_changes
    if current_profiles != profiles(wanted):
        body["profiles"] = profiles(wanted)
    return body


def network(wanted: Network, cluster: str) -> dict[str, Any]:
    """Body of POST /1.0/networks: a bridge with DHCP and NAT."""
    config = {
        "ipv4.address": wanted.gateway,
        "ipv4.nat": "true",
        "ipv6.address": "none",
        CLUSTER: cluster,
    }
    if wanted.dhcp:
        config["ipv4.dhcp.ranges"] = wanted.dhcp
    if wanted.mtu is not None:
        config["bridge.mtu"] = str(wanted.mtu)
    return {"name": wanted.name, "type": "bridge", "config": config}
