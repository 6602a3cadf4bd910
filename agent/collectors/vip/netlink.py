"""The kernel's IPv4 addresses over rtnetlink(7): a list when asked, a message when one comes or goes.

By hand on a plain socket: of a whole netlink library the agent would use these two messages, for 15 MiB of its memory.
"""

import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address

_HEADER = struct.Struct("=IHHII")  # nlmsghdr: length, type, flags, sequence, port
_ADDRESS = struct.Struct("=BBBBI")  # ifaddrmsg: family, prefix, flags, scope, interface
_ATTRIBUTE = struct.Struct("=HH")  # rtattr: length, type
_ERROR, _DONE, _NEW, _GONE, _GET = 2, 3, 20, 21, 22
_REQUEST, _DUMP = 0x001, 0x300
_IFA_ADDRESS, _IFA_LOCAL = 1, 2
_IPV4_ADDRESSES = 0x10  # RTMGRP_IPV4_IFADDR
_ENOUGH = 65536


@dataclass(frozen=True)
class Address:
    """An address on an interface (by its number). `there` false: it has been removed."""

    address: IPv4Address
    interface: int
    there: bool


def subscribed() -> socket.socket:
    """A socket on which the kernel tells of addresses that come and go. ENOBUFS on it: something was missed."""
    return _socket(_IPV4_ADDRESSES)


def addresses() -> frozenset[tuple[IPv4Address, int]]:
    """All addresses of this network namespace, with their interfaces. OSError when the kernel does not say."""
    with _socket(0) as asked:
        asked.settimeout(1.0)  # the kernel answers at once
        body = _ADDRESS.pack(socket.AF_INET, 0, 0, 0, 0)
        asked.send(_HEADER.pack(_HEADER.size + len(body), _GET, _REQUEST | _DUMP, 1, 0) + body)
        found = set()
        while True:
            entries, done = parse(asked.recv(_ENOUGH))
            found |= {(entry.address, entry.interface) for entry in entries if entry.there}
            if done:
                return frozenset(found)


def parse(datagram: bytes) -> tuple[list[Address], bool]:
    """The addresses of one datagram, and whether it ends a list. OSError when it holds an error instead."""
    found, done = [], False
    for kind, body in _messages(datagram):
        if kind == _ERROR:
            raise OSError(-struct.unpack_from("=i", body)[0], "rtnetlink refuses")
        done = done or kind == _DONE
        if kind in {_NEW, _GONE} and (address := _address(body)) is not None:
            found.append(Address(*address, there=kind == _NEW))
    return found, done


def _messages(datagram: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    while position + _HEADER.size <= len(datagram):
        length, kind, *_ = _HEADER.unpack_from(datagram, position)
        if length < _HEADER.size or position + length > len(datagram):
            raise OSError("a message of rtnetlink is cut short")
        yield kind, datagram[position + _HEADER.size : position + length]
        position += _aligned(length)


def _address(body: bytes) -> tuple[IPv4Address, int] | None:
    """IFA_LOCAL is this host's address; on a point-to-point link IFA_ADDRESS is the other end's."""
    family, *_, interface = _ADDRESS.unpack_from(body)
    if family != socket.AF_INET:
        return None
    values = {}
    position = _ADDRESS.size
    while position + _ATTRIBUTE.size <= len(body):
        length, kind = _ATTRIBUTE.unpack_from(body, position)
        if length < _ATTRIBUTE.size:
            break
        values[kind] = body[position + _ATTRIBUTE.size : position + length]
        position += _aligned(length)
    value = values.get(_IFA_LOCAL) or values.get(_IFA_ADDRESS)
    return (IPv4Address(value), interface) if value else None


def _aligned(length: int) -> int:
    return (length + 3) & ~3


def _socket(groups: int) -> socket.socket:
    made = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.NETLINK_ROUTE)
    try:
        made.bind((0, groups))
    except BaseException:
        made.close()
        raise
    return made
