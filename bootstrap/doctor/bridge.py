"""bridge: the machines' network is one that fixed addresses and a virtual IP can live in."""

from collections.abc import Iterator, Mapping
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
    outside = [machine.name for machine in inventory.machines if machine.address not in has.network]
    if outside or plan.virtual_ip not in has.network:
        names = ", ".join([*outside, *([] if plan.virtual_ip in has.network else ["the virtual IP"])])
        yield error(
            place,
            f"it carries {has.network}, and {names} lie outside",
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
    elif any(first <= plan.virtual_ip <= last for first, last in ranges):
        yield error(place, f"its DHCP range {text} covers the virtual IP {plan.virtual_ip}", "Narrow ipv4.dhcp.ranges.")


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
