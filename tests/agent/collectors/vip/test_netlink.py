"""rtnetlink's messages, and this host's own addresses."""

import socket
import struct
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from hagen.agent.collectors.vip import netlink

ADDRESS = IPv4Address("192.0.2.30")


def attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


def message(kind: int, *attributes: bytes, family: int = socket.AF_INET, interface: int = 7) -> bytes:
    body = struct.pack("=BBBBI", family, 24, 0, 0, interface) + b"".join(attributes)
    return struct.pack("=IHHII", 16 + len(body), kind, 0, 1, 0) + body


LOCAL = attribute(2, ADDRESS.packed)
LABEL = attribute(3, b"lb0\0x")
DONE = struct.pack("=IHHIIi", 20, 3, 2, 1, 0, 0)


@pytest.mark.parametrize(
    ("datagram", "found", "done"),
    [
        (message(20, LABEL, LOCAL), [netlink.Address(ADDRESS, 7, there=True)], False),
        (message(21, LOCAL, LABEL), [netlink.Address(ADDRESS, 7, there=False)], False),
        (message(20, attribute(1, ADDRESS.packed)), [netlink.Address(ADDRESS, 7, there=True)], False),
        (message(20, attribute(1, bytes(4)), LOCAL), [netlink.Address(ADDRESS, 7, there=True)], False),
        (message(20, LOCAL) + message(21, LOCAL, interface=8),
         [netlink.Address(ADDRESS, 7, there=True), netlink.Address(ADDRESS, 8, there=False)], False),
        (message(20, LOCAL) + DONE, [netlink.Address(ADDRESS, 7, there=True)], True),
        (message(20, LOCAL, family=socket.AF_INET6), [], False),
        (message(16, LOCAL), [], False),
        (message(20), [], False),
        (b"", [], False),
    ],
)  # fmt: skip
def test_messages(datagram: bytes, found: list[netlink.Address], done: bool) -> None:
    assert netlink.parse(datagram) == (found, done)


@pytest.mark.parametrize(
    "datagram",
    [struct.pack("=IHHIIi", 20, 2, 0, 1, 0, -1), message(20, LOCAL)[:-4], struct.pack("=IHHII", 0, 20, 0, 0, 0)],
)
def test_what_is_refused_or_cut_short_is_an_error(datagram: bytes) -> None:
    with pytest.raises(OSError, match="rtnetlink"):
        netlink.parse(datagram)


def test_this_host_has_its_loopback_address() -> None:
    assert IPv4Address("127.0.0.1") in {address for address, _ in netlink.addresses()}


def test_nothing_is_left_open() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(1000):
        netlink.addresses()
    assert len(list(Path("/proc/self/fd").iterdir())) <= before
