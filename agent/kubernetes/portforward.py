"""A port of a pod, by the API server and the kubelet, as an object that serves as a socket.

Subprotocol v4.channel.k8s.io: each message starts with its channel's number, 0 for data and 1 for errors; the kubelet's
first message on each is the port. Only then does it connect to the pod, and says on the error channel if it cannot.
So how a tunnel ended tells whose fault it was: the pod's, or that of the way to it.
"""

import io
import re
from collections.abc import Mapping
from enum import Enum

from .deadline import Deadline
from .stream import Stream
from .tls import Received
from .websocket import ProtocolError, WebSocket, upgrade

_PROTOCOL = "v4.channel.k8s.io"
_DATA, _ERROR = 0, 1
_ALLOWANCE = 2**20  # far more than the answers that a tunnel is used for
_CHUNK = 65536
# Every runtime passes on what connect() said (containerd: "... dial tcp4 127.0.0.1:3306: connect: connection refused",
# socat: "... AF=2 127.0.0.1:3306, 16): Connection refused"). A runtime that is itself dead refuses on a unix socket.
_POD_REFUSES = re.compile(r"(?i)(?<!unix )\b(127\.0\.0\.1|localhost|\[?::1\]?):\d+.*connection refused")


class End(Enum):
    """How a tunnel ended."""

    OPEN = "open"
    REFUSED = "refused"  # the pod: nothing listens on the port
    CLOSED = "closed"  # the pod hung up, and the kubelet closed in due form
    LATE = "late"  # the deadline came first
    BROKEN = "broken"  # the way to the pod; nothing is known of the pod


class Tunnel:
    """As much of a socket as PyMySQL uses. Its deadline is fixed: settimeout() changes nothing."""

    def __init__(self, websocket: WebSocket) -> None:
        self._websocket = websocket
        self._pending = b""
        self.end = End.OPEN
        self.problem = ""

    def recv(self, count: int) -> bytes:
        """At least a byte; nothing once the pod has hung up."""
        while not self._pending and self.end is not End.CLOSED:
            channel, payload = self._next()
            if channel == _DATA:
                self._pending = payload
        data, self._pending = self._pending[:count], self._pending[count:]
        return data

    def sendall(self, data: bytes) -> None:
        """Everything, or an exception."""
        try:
            for start in range(0, len(data), _CHUNK):
                self._websocket.send(bytes((_DATA,)) + data[start : start + _CHUNK])
        except OSError as error:
            raise self._failed(error) from error

    def makefile(self, mode: str) -> io.BufferedReader:
        """For reading, binary."""
        if mode != "rb":
            raise ValueError(mode)
        return io.BufferedReader(Received(self))

    def settimeout(self, seconds: float | None) -> None:
        """Without effect: a timeout for each call would not end."""

    def close(self) -> None:
        """May be called any number of times."""
        self._websocket.close()

    def expect_port(self, port: int) -> None:
        """The kubelet's first messages, one on each channel."""
        awaited = {_DATA, _ERROR}
        while awaited:
            message = self._websocket.receive()
            if message is None or message[:1] not in {bytes((channel,)) for channel in awaited}:
                raise ProtocolError("the kubelet does not name the port")
            if int.from_bytes(message[1:], "little") != port:
                raise ProtocolError("the kubelet names another port")
            awaited.discard(message[0])

    def _next(self) -> tuple[int, bytes]:
        try:
            message = self._websocket.receive()
            if message is None:
                self.end = End.CLOSED
                return _DATA, b""
            if message[:1] == bytes((_ERROR,)) and len(message) > 1:
                text = message[1:500].decode("utf-8", "replace")
                raise (ConnectionRefusedError if _POD_REFUSES.search(text) else ProtocolError)(text)
            if message[:1] not in {bytes((_DATA,)), bytes((_ERROR,))}:
                raise ProtocolError("message on an unknown channel")
        except OSError as error:
            raise self._failed(error) from error
        return message[0], message[1:]

    def _failed(self, error: OSError) -> OSError:
        """The same for every later call, whoever asks again."""
        if self.end is End.OPEN:
            self.problem = str(error)
            refused, late = isinstance(error, ConnectionRefusedError), isinstance(error, TimeoutError)
            self.end = End.REFUSED if refused else End.LATE if late else End.BROKEN
        return error


def open_tunnel(
    stream: Stream, target: str, host: str, headers: Mapping[str, str], *, port: int, deadline: Deadline
) -> Tunnel:
    """On a fresh connection, by its deadline; from then on `deadline` holds."""
    tunnel = Tunnel(upgrade(stream, target, host, headers, _PROTOCOL))
    tunnel.expect_port(port)
    stream.bound(deadline, _ALLOWANCE)
    return tunnel
