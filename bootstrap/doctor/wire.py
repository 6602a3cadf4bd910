"""Asks and listens on a network segment. Stands alone: any Python 3.9 on any host runs it, as root.

    python3 wire.py INTERFACE SECONDS ADDRESS...

prints JSON: `arp`: address to the hardware addresses that claim it, asked by ARP probes (RFC 5227, section 2.1.1: their
sender is 0.0.0.0, so that nobody's cache changes); `vrrp`: what was heard of VRRP (RFC 3768, RFC 5798).
"""

from __future__ import annotations

import json
import select
import socket
import struct
import sys
import time
from typing import Any

ETH_ALL, ETH_ARP, ETH_IP, VRRP, ADVERT = 0x0003, 0x0806, 0x0800, 112, 1
HEADER = 14  # Ethernet's
ARP_END = HEADER + 28
IP_END = HEADER + 20
FIXED = 8  # a VRRP packet before its addresses
SOL_PACKET, ADD_MEMBERSHIP, PROMISCUOUS = 263, 1, 1
PROBES, APART = 3, 0.3  # PROBE_NUM; less apart than RFC 5227's second, to be done sooner
NOBODY = b"\0" * 4


def probe(hardware: bytes, address: str) -> bytes:
    """An ARP probe as an Ethernet frame."""
    header = b"\xff" * 6 + hardware + struct.pack("!H", ETH_ARP)
    return (
        header + struct.pack("!HHBBH", 1, ETH_IP, 6, 4, 1) + hardware + NOBODY + b"\0" * 6 + socket.inet_aton(address)
    )


def claimed(frame: bytes) -> tuple[str, str] | None:
    """(address, hardware address) that an ARP frame claims; None for a probe, and for what is no ARP."""
    if len(frame) < ARP_END or kind(frame) != ETH_ARP or frame[28:32] == NOBODY:
        return None
    return socket.inet_ntoa(frame[28:32]), ":".join(f"{byte:02x}" for byte in frame[22:28])


def advert(frame: bytes) -> dict[str, Any] | None:
    """A VRRP advertisement, version 2 or 3; None for anything else."""
    if len(frame) < IP_END or kind(frame) != ETH_IP or frame[HEADER + 9] != VRRP:
        return None
    packet = frame[HEADER + (frame[HEADER] & 15) * 4 :]
    if len(packet) < FIXED or packet[0] & 15 != ADVERT or packet[0] >> 4 not in {2, 3}:
        return None
    starts = [at for at in range(FIXED, FIXED + 4 * packet[3], 4) if at + 4 <= len(packet)]
    return {
        "source": socket.inet_ntoa(frame[HEADER + 12 : HEADER + 16]),
        "router": packet[1],
        "priority": packet[2],
        "addresses": [socket.inet_ntoa(packet[at : at + 4]) for at in starts],
    }


def kind(frame: bytes) -> int:
    """EtherType."""
    return int(struct.unpack("!H", frame[12:HEADER])[0])


def watch(interface: str, seconds: float, addresses: list[str]) -> dict[str, Any]:
    """Ask for the addresses, and hear what is said. OSError when the interface may not be listened to."""
    arp: dict[str, list[str]] = {}
    vrrp: list[dict[str, Any]] = []
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_ALL)) as wire:
        wire.bind((interface, ETH_ALL))
        # What is sent to others passes a bridge, and ends at a card that it is not for, unless it listens to all.
        wanted = struct.pack("iHH8s", socket.if_nametoindex(interface), PROMISCUOUS, 0, b"")
        wire.setsockopt(SOL_PACKET, ADD_MEMBERSHIP, wanted)
        frames = [probe(wire.getsockname()[4], address) for address in addresses]
        began, sent = time.monotonic(), 0
        while (now := time.monotonic() - began) < seconds:
            if sent < PROBES and now >= sent * APART:
                sent += 1
                for frame in frames:
                    wire.send(frame)
            if not select.select([wire], [], [], 0.05)[0]:
                continue
            frame = wire.recv(2048)
            claim, heard = claimed(frame), advert(frame)
            if claim and claim[0] in addresses and claim[1] not in arp.setdefault(claim[0], []):
                arp[claim[0]].append(claim[1])
            if heard and heard not in vrrp:
                vrrp.append(heard)
    return {"arp": arp, "vrrp": vrrp}


if __name__ == "__main__":
    print(json.dumps(watch(sys.argv[1], float(sys.argv[2]), sys.argv[3:])))  # noqa: T201 - its output
