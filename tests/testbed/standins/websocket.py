"""The server's side of a WebSocket (RFC 6455), as much of it as the kubelet's port-forward needs. No sockets here."""

import base64
import hashlib
from collections.abc import Iterator

BINARY, CLOSE = 0x2, 0x8
_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_FINAL, _MASKED = 0x80, 0x80
_TWO_BYTES, _EIGHT_BYTES = 126, 127


def accepted(key: str) -> str:
    """Sec-WebSocket-Accept for a client's Sec-WebSocket-Key."""
    return base64.b64encode(hashlib.sha1((key + _GUID).encode(), usedforsecurity=False).digest()).decode()


def frame(opcode: int, payload: bytes) -> bytes:
    """One whole, unmasked frame."""
    size = len(payload)
    if size < _TWO_BYTES:
        length = bytes((size,))
    elif size < 1 << 16:
        length = bytes((_TWO_BYTES,)) + size.to_bytes(2)
    else:
        length = bytes((_EIGHT_BYTES,)) + size.to_bytes(8)
    return bytes((_FINAL | opcode,)) + length + payload


def take_frames(buffer: bytearray) -> Iterator[tuple[int, bytes]]:
    """Cut (opcode, payload) of each complete frame off the front of `buffer`. ValueError: a frame without a mask."""
    while len(buffer) >= 2:
        if not buffer[1] & _MASKED:
            raise ValueError("a client masks what it sends")
        size, start = buffer[1] & ~_MASKED, 2
        extra = {_TWO_BYTES: 2, _EIGHT_BYTES: 8}.get(size, 0)
        if extra:
            size, start = int.from_bytes(buffer[2 : 2 + extra]), 2 + extra
        if len(buffer) < start + 4 + size:
            return
        mask, masked = buffer[start : start + 4], buffer[start + 4 : start + 4 + size]
        payload = bytes(byte ^ mask[index % 4] for index, byte in enumerate(masked))
        opcode = buffer[0] & 0x0F
        del buffer[: start + 4 + size]
        yield opcode, payload
