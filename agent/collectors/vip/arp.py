"""Ask the network who has an address, and count who answers (RFC 826).

The question is an ARP probe (RFC 5227): it gives no sender address, so it changes nobody's ARP table. Its answers come
to this host alone; announcements, which everybody gets, are not counted. Two different answers are two holders,
whoever they are. An AF_PACKET socket needs CAP_NET_RAW.
"""

import socket
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address

from ...kubernetes.deadline import Deadline

_ETHERTYPE = 0x0806
_FRAME = struct.Struct("!6s6sH HHBBH 6s4s6s4s")
_ETHERNET, _IPV4, _MAC_LENGTH, _ADDRESS_LENGTH, _REQUEST, _REPLY = 1, 0x0800, 6, 4, 1, 2
_EVERYBODY, _NOBODY = b"\xff" * 6, bytes(6)
_ANSWERS = 64  # more are no network but an attack


@dataclass(frozen=True)
class Reply:
    """Who said that they have the address."""

    hardware: bytes
    address: IPv4Address


def question(address: IPv4Address, own: bytes) -> bytes:
    """The frame that asks everybody."""
    return _FRAME.pack(
        _EVERYBODY, own, _ETHERTYPE, _ETHERNET, _IPV4, _MAC_LENGTH, _ADDRESS_LENGTH, _REQUEST,
        own, bytes(4), _NOBODY, address.packed,
    )  # fmt: skip


def parse(frame: bytes, own: bytes) -> Reply | None:
    """An answer to this host, or None."""
    if len(frame) < _FRAME.size:
        return None
    receiver, _, kind, hardware, protocol, length, size, operation, sender, claimed, _, _ = _FRAME.unpack_from(frame)
    fields = (receiver, kind, hardware, protocol, length, size, operation)
    expected = (own, _ETHERTYPE, _ETHERNET, _IPV4, _MAC_LENGTH, _ADDRESS_LENGTH, _REPLY)
    return Reply(sender, IPv4Address(claimed)) if fields == expected else None


def responders(address: IPv4Address, replies: Iterable[Reply]) -> int:
    """How many different ones claim the address."""
    return len({reply.hardware for reply in replies if reply.address == address})


def ask(address: IPv4Address, interface: str, patience: float = 0.3) -> int:
    """One question, and `patience` seconds for its answers. OSError when it cannot be asked."""
    deadline = Deadline.after(patience)
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_CLOEXEC, socket.htons(_ETHERTYPE)) as raw:
        raw.bind((interface, _ETHERTYPE))
        own = raw.getsockname()[4]
        raw.settimeout(deadline.remaining())
        raw.send(question(address, own))
        replies: list[Reply] = []
        while deadline.left > 0 and len(replies) < _ANSWERS:
            raw.settimeout(max(deadline.left, 0.001))
            try:
                reply = parse(raw.recv(2048), own)
            except TimeoutError:
                break
            if reply is not None:
                replies.append(reply)
    return responders(address, replies)
