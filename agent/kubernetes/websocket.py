"""WebSocket (RFC 6455), the client's side, on a bounded stream: as much of it as a port-forward needs.

Not websocket-client: it has one timeout for each read of a socket, reads the handshake byte by byte with it, insists on
a real socket that it can select on, and keeps fragments without limit. A server that drips or sends without end holds
it for as long as it likes. Here the stream below ends everything by its deadline, and counts what comes in.
"""

import base64
import hashlib
import os
from collections.abc import Mapping

from .http import LARGEST, refusal, request
from .stream import Stream

_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_SWITCHING = 101
_CONTINUATION, _BINARY, _CLOSE, _PING, _PONG = 0x0, 0x2, 0x8, 0x9, 0xA
_FINAL, _RESERVED, _OPCODE, _MASKED, _LENGTH = 0x80, 0x70, 0x0F, 0x80, 0x7F
_CONTROL = 0x8
_SHORT, _TWO_BYTES = 125, 126
_LARGEST_MESSAGE = 2**20
_MOST_FRAMES = 10_000  # an answer takes some dozens; empty ones would hold a reader long before a limit of bytes does
_NORMAL = (1000).to_bytes(2)


class ProtocolError(OSError):
    """What came is no WebSocket."""


class WebSocket:
    """Whole binary messages in both directions."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self._frames = 0

    def send(self, payload: bytes) -> None:
        """One message."""
        self.stream.send(_frame(_BINARY, payload))

    def receive(self) -> bytes | None:
        """The next message; None when the server has closed in due form. Pings are answered on the way."""
        message: bytes | None = None
        while True:
            final, opcode, payload = self._frame()
            if opcode == _CLOSE:
                return None
            if opcode == _PING:
                self.stream.send(_frame(_PONG, payload))
            if opcode & _CONTROL:
                continue
            if (opcode == _CONTINUATION) != (message is not None):
                raise ProtocolError("fragments out of order")
            message = (message or b"") + payload
            if len(message) > _LARGEST_MESSAGE:
                raise ProtocolError("message too large")
            if final:
                return message

    def close(self) -> None:
        """Say so, and do not wait for an answer."""
        self.stream.goodbye(_frame(_CLOSE, _NORMAL))
        self.stream.close()

    def _frame(self) -> tuple[bool, int, bytes]:
        self._frames += 1
        if self._frames > _MOST_FRAMES:
            raise ProtocolError("frames without end")
        first, second = self._exactly(2)
        opcode, length = first & _OPCODE, second & _LENGTH
        if first & _RESERVED or second & _MASKED or opcode not in {_CONTINUATION, _BINARY, _CLOSE, _PING, _PONG}:
            raise ProtocolError("not a frame that a server may send")
        if opcode & _CONTROL and (length > _SHORT or not first & _FINAL):
            raise ProtocolError("control frame too large")
        if length > _SHORT:
            length = int.from_bytes(self._exactly(2 if length == _TWO_BYTES else 8))
        if length > _LARGEST_MESSAGE:
            raise ProtocolError("frame too large")
        return bool(first & _FINAL), opcode, self._exactly(length)

    def _exactly(self, count: int) -> bytes:
        data = self.stream.reader.read(count)
        if len(data) < count:
            raise ConnectionResetError("the API server hung up")
        return data


def upgrade(stream: Stream, target: str, host: str, headers: Mapping[str, str], protocol: str) -> WebSocket:
    """Turn an HTTP connection into a WebSocket that speaks `protocol`. RefusedError when the API says no."""
    key = base64.b64encode(os.urandom(16)).decode()
    response = request(stream, target, host, {
        **headers, "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": key, "Sec-WebSocket-Protocol": protocol,
    })  # fmt: skip
    if response.status != _SWITCHING:
        raise refusal(response.status, response.read(LARGEST))
    digest = hashlib.sha1((key + _GUID).encode(), usedforsecurity=False).digest()
    if response.getheader("Sec-WebSocket-Accept") != base64.b64encode(digest).decode():
        raise ProtocolError("answers the upgrade with a wrong key")
    if response.getheader("Sec-WebSocket-Protocol") != protocol:
        raise ProtocolError(f"does not speak {protocol}")
    return WebSocket(stream)


def _frame(opcode: int, payload: bytes) -> bytes:
    """A final frame. A client has to mask, against proxies that take payload for HTTP; inside TLS any mask will do."""
    length = len(payload)
    if length <= _SHORT:
        head = bytes((_FINAL | opcode, _MASKED | length))
    elif length < 1 << 16:
        head = bytes((_FINAL | opcode, _MASKED | _TWO_BYTES)) + length.to_bytes(2)
    else:
        head = bytes((_FINAL | opcode, _MASKED | _TWO_BYTES + 1)) + length.to_bytes(8)
    mask = os.urandom(4)
    pad = (mask * (length // 4 + 1))[:length]
    return head + mask + (int.from_bytes(payload) ^ int.from_bytes(pad)).to_bytes(length)
