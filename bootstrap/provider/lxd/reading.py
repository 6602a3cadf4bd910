"""What LXD says of instances and of itself, in the contract's words. Pure."""

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address
from typing import Any, Final

from ..contract import Capacity, Machine, Power
from .payload import CLUSTER, DEFAULT_PROFILE, DIGEST, NIC, ROLE

POWER: Final = {"Running": Power.RUNNING, "Stopped": Power.STOPPED, "Frozen": Power.FROZEN}


def ours(instance: Mapping[str, Any], cluster: str) -> bool:
    """Whether hagen made it, for this cluster. Its own tag counts, not one that a profile brings."""
    return bool(instance["config"].get(CLUSTER) == cluster)


def power(instance: Mapping[str, Any]) -> Power:
    """What it is doing."""
    return POWER.get(instance["status"], Power.OTHER)


def machine(instance: Mapping[str, Any]) -> Machine:
    """One of ours; with `state` (recursion=2) its addresses too."""
    config = instance["config"]
    cpu = str(config.get("limits.cpu", ""))
    location = instance.get("location") or ""
    return Machine(
        name=instance["name"],
        role=config.get(ROLE, ""),
        power=power(instance),
        digest=config.get(DIGEST, ""),
        host="" if location == "none" else location,
        cpu=int(cpu) if cpu.isdecimal() else None,
        memory=config.get("limits.memory", ""),
        profiles=tuple(name for name in instance.get("profiles") or () if name != DEFAULT_PROFILE),
        addresses=addresses(instance),
    )


def addresses(instance: Mapping[str, Any]) -> tuple[str, ...]:
    """Global IPv4 addresses of the card that the machine was made with, known by its MAC address: guests name it as
    they like, and CNI and container engines bring cards of their own.
    """
    hardware = instance["config"].get(f"volatile.{NIC}.hwaddr")
    networks = (instance.get("state") or {}).get("network") or {}
    return tuple(
        entry["address"]
        for card in networks.values()
        if hardware and card.get("hwaddr") == hardware
        for entry in card.get("addresses") or ()
        if entry.get("family") == "inet" and entry.get("scope") == "global"
    )


def taken(
    instances: Iterable[Mapping[str, Any]], leases: Iterable[Mapping[str, Any]], cluster: str
) -> Mapping[str, str]:
    """Addresses that foreign machines have: from LXD's DHCP leases, and fixed ones of stopped machines too."""
    mine, found = set(), {}
    for instance in instances:
        if ours(instance, cluster):
            mine.add(instance["name"])
            continue
        for device in (instance.get("expanded_devices") or {}).values():
            if device.get("type") == "nic" and device.get("ipv4.address"):
                found[device["ipv4.address"]] = instance["name"]
    for lease in leases:
        address, holder = lease.get("address", ""), lease.get("hostname") or "an unknown machine"
        if _is_ipv4(address) and holder not in mine and lease.get("type") != "gateway":
            found.setdefault(address, holder)
    return found


def _is_ipv4(text: str) -> bool:
    try:
        IPv4Address(text)
    except ValueError:
        return False
    return True


def notes(warnings: Iterable[Mapping[str, Any]], host: str) -> tuple[str, ...]:
    """Why a host cannot run one kind of machine, from GET /1.0/warnings."""
    return tuple(
        warning["last_message"]
        for warning in warnings
        if warning.get("type") == "Instance type not operational"
        and warning.get("status") != "resolved"
        and (warning.get("location") or "") in {"", "none", host}
    )


def capacity(
    host: str,
    environment: Mapping[str, Any],
    resources: Mapping[str, Any],
    pool: Mapping[str, Any],
    *,
    notes: tuple[str, ...] = (),
) -> Capacity:
    """One host: GET /1.0, /1.0/resources and /1.0/storage-pools/NAME/resources of it; each may be empty."""
    memory, space = resources.get("memory") or {}, pool.get("space") or {}
    drivers = str(environment.get("driver", ""))
    return Capacity(
        host=host,
        memory_total=memory.get("total"),
        memory_used=memory.get("used"),
        disk_total=space.get("total"),
        disk_used=space.get("used"),
        cpus=(resources.get("cpu") or {}).get("total"),
        virtual_machines="qemu" in drivers if drivers else None,
        notes=notes,
    )
