"""A slow line where the kernel has no netem: frames between two interfaces of one namespace, each held for a while.

`delay.py LEFT RIGHT SECONDS`, in the switch's namespace. Ends with SIGTERM. Offloaded frames (several segments, checksum
still to be made) keep what the kernel knows of them: PACKET_VNET_HDR, see packet(7) and linux/virtio_net.h.
"""

import select
import socket
import sys
import time
from collections import deque

_ALL = 0x0003  # ETH_P_ALL
_SOL_PACKET, _VNET_HEADER = 263, 15
_OUTGOING = 4  # PACKET_OUTGOING: what this interface sent itself
_LARGEST = 65536 + 64


def interface(name: str) -> socket.socket:
    """A raw socket on one interface."""
    raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    raw.setsockopt(_SOL_PACKET, _VNET_HEADER, 1)
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
    raw.bind((name, _ALL))
    raw.setblocking(False)
    return raw


def forward(left: socket.socket, right: socket.socket, seconds: float) -> None:
    """Pass frames both ways, `seconds` late, in their order, for ever."""
    waiting: deque[tuple[float, socket.socket, bytes]] = deque()
    other = {left: right, right: left}
    while True:
        patience = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
        for ready in select.select([left, right], [], [], patience)[0]:
            frame, (_, _, kind, *_) = ready.recvfrom(_LARGEST)
            if kind != _OUTGOING:
                waiting.append((time.monotonic() + seconds, other[ready], frame))
        while waiting and waiting[0][0] <= time.monotonic():
            _, target, frame = waiting.popleft()
            try:
                target.send(frame)
            except OSError:
                continue  # a full queue or a port that is down loses frames, as a switch does


if __name__ == "__main__":
    forward(interface(sys.argv[1]), interface(sys.argv[2]), float(sys.argv[3]))
