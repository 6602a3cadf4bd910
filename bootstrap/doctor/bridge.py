"""bridge: the machines' network is one that fixed addresses and a virtual IP can live in."""

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import AddressValueError, IPv4Address, IPv4Interface
from typing import Final

from ..inventory import Inventory
from .check import Check, Finding, error, ok, unknown, warning
from .sight import Sight

_OFF: Final = {"none", "false"}


def look(sight: Sight) -> Iterator[Finding]:
    """One that is there is taken as it is, so it has to fit."""
    bridge = sight.inventory.provider.bridge
    found = sight.offer().networks.get(bridge)
    if found is None:
        yield ok(f"network {bridge}", "it is not there; `up` makes it")
    else:
        yield from judge(sight.inventory, found)


def judge(inventory: Inventory, found: Mapping[str, str]) -> Iterator[Finding]:
    """The bridge's own settings against hagen.yaml's. Pure."""
    plan, place = inventory.network, f"network {inventory.provider.bridge}"
    if found.get("managed") != "true" or found.get("type") != "bridge":
        kind = found.get("type", "something")
        yield error(
            place,
            "LXD does not manage it" if found.get("managed") != "true" else f"its type is {kind}, not bridge",
            "Fixed addresses need a managed bridge: `lxc network create`, and its name as network.bridge.",
        )
        return
    findings = [*_subnet(inventory, found, place), *_dhcp(inventory, found, place), *_mtu(inventory, found, place)]
    yield from findings or [ok(place, f"it carries {plan.cidr}, and gives away no address that is spoken for")]


def _subnet(inventory: Inventory, found: Mapping[str, str], place: str) -> Iterator[Finding]:
    plan, text = inventory.network, found.get("ipv4.address", "")
    wanted = f"{plan.gateway}/{plan.cidr.prefixlen}"
    try:
        has = IPv4Interface(text)
    except (AddressValueError, ValueError):
        cause = "it has no IPv4" if text in _OFF else f'its ipv4.address is "{text}"'
        yield error(place, cause, f"`lxc network set {inventory.provider.bridge} ipv4.address={wanted}`")
        return
    names = {machine.address: machine.name for machine in inventory.machines} | {plan.virtual_ip: "the virtual IP"}
    if has.ip in names:
        yield error(
            place,
            f"it has itself {has.ip}, the address of {names[has.ip]}",
            f"`lxc network set {inventory.provider.bridge} ipv4.address={wanted}`, or choose another address.",
        )
        return
    outside = [machine.name for machine in inventory.machines if machine.address not in has.network]
    if outside or plan.virtual_ip not in has.network:
        those = ", ".join([*outside, *([] if plan.virtual_ip in has.network else ["the virtual IP"])])
        yield error(
            place,
            f"it carries {has.network}, and {those} lie outside",
            "Correct network.cidr and nodes, or the bridge.",
        )
    elif has.network != plan.cidr or has.ip != plan.gateway:
        yield warning(
            place,
            f"it is {has}, and hagen.yaml says {wanted}",
            "Correct network.cidr and network.gateway, or the bridge.",
        )


def _dhcp(inventory: Inventory, found: Mapping[str, str], place: str) -> Iterator[Finding]:
    plan = inventory.network
    if found.get("ipv4.dhcp", "true") == "false":
        yield error(place, "DHCP is switched off, by which machines get their fixed addresses", "Set ipv4.dhcp=true.")
        return
    text = found.get("ipv4.dhcp.ranges", "")
    if not text.strip():
        yield warning(
            place,
            f"it gives away every free address, the virtual IP {plan.virtual_ip} too",
            f"`lxc network set {inventory.provider.bridge} ipv4.dhcp.ranges=FIRST-LAST` without it, and "
            "network.dhcpRange in hagen.yaml.",
        )
        return
    ranges = _ranges(text)
    if ranges is None:
        yield unknown(place, f'its ipv4.dhcp.ranges "{text}" cannot be read')
    elif _covered(ranges, plan.virtual_ip):
        yield error(place, f"its DHCP range {text} covers the virtual IP {plan.virtual_ip}", "Narrow ipv4.dhcp.ranges.")
    elif names := [machine.name for machine in inventory.machines if _covered(ranges, machine.address)]:
        yield warning(
            place,
            f"its DHCP range {text} covers the addresses of {', '.join(names)}",
            "Narrow ipv4.dhcp.ranges: until LXD has made these machines it may lease their addresses to others.",
        )


def _covered(ranges: Sequence[tuple[IPv4Address, IPv4Address]], address: IPv4Address) -> bool:
    return any(first <= address <= last for first, last in ranges)


def _ranges(text: str) -> list[tuple[IPv4Address, IPv4Address]] | None:
    try:
        pairs = [part.strip().partition("-") for part in text.split(",")]
        return [(IPv4Address(first), IPv4Address(last)) for first, _, last in pairs]
    except AddressValueError:
        return None


def _mtu(inventory: Inventory, found: Mapping[str, str], place: str) -> Iterator[Finding]:
    has, wanted = found.get("bridge.mtu", "1500"), inventory.network.mtu
    if has.isdecimal() and int(has) != wanted:
        yield warning(
            place,
            f"its MTU is {has}, and hagen.yaml says {wanted}",
            f"Write network.mtu: {has}, or `lxc network set {inventory.provider.bridge} bridge.mtu={wanted}`.",
        )


CHECK = Check("bridge", "Bridge and DHCP", look)
