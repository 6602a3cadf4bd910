"""A TLS connection on which everything together ends by one deadline, and which takes in only so many bytes.

A socket's timeout starts anew with every call: a peer that sends a byte a second never lets it expire. Here every
single operation gets what is left until the deadline, those of TLS among them.
"""

import contextlib
import io
import socket
import ssl
from ipaddress import ip_address
from urllib.parse import urlsplit

from .deadline import Deadline
from .tls import TLS, Received

_SSL_PORT = 443
_GOODBYE = 0.05


class TooMuchError(OSError):
    """More was sent than any honest answer holds."""


class _Wire:
    """TCP."""

    def __init__(self, sock: socket.socket, deadline: Deadline, allowance: int) -> None:
        self._sock = sock
        self.deadline = deadline
        self.allowance = allowance

    def recv(self, count: int) -> bytes:
        """At least a byte; nothing at the end."""
        if self.allowance <= 0:
            raise TooMuchError("sends without end")
        self._sock.settimeout(self.deadline.remaining())
        data = self._sock.recv(count)
        self.allowance -= len(data)
        return data

    def sendall(self, data: bytes) -> None:
        """Everything, or an exception."""
        view = memoryview(data)
        while view:
            self._sock.settimeout(self.deadline.remaining())
            view = view[self._sock.send(view) :]

    def close(self) -> None:
        """At once."""
        self._sock.close()


class _Lent(io.BufferedReader):
    """A reader that several users take turns with: what one has read ahead is the next one's."""

    def close(self) -> None:
        """Not closed by whoever is done with it."""


class Stream:
    """Connected, with the handshake done. `reader` is for reading; deadline and allowance may be set at any time."""

    def __init__(self, wire: _Wire, tls: TLS) -> None:
        self._wire = wire
        self._tls = tls
        self.reader = _Lent(Received(tls))

    def bound(self, deadline: Deadline, allowance: int) -> None:
        """From now on everything ends by `deadline`, and after that many bytes."""
        self._wire.deadline, self._wire.allowance = deadline, allowance

    def makefile(self, mode: str = "rb") -> io.BufferedReader:
        """The one reader, in the way in which the standard library's HTTP response asks a socket for it."""
        if mode != "rb":
            raise ValueError(mode)
        return self.reader

    def send(self, data: bytes) -> None:
        """Everything, or an exception."""
        self._tls.sendall(data)

    def goodbye(self, data: bytes) -> None:
        """Some last words, if the other side takes them at once."""
        self._wire.deadline = Deadline.after(_GOODBYE)
        with contextlib.suppress(OSError):
            self._tls.sendall(data)

    def close(self) -> None:
        """At once."""
        self._wire.close()


def address_of(url: str) -> tuple[str, int]:
    """Host and port of an API server. ValueError for a name: asking a resolver takes as long as it takes."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise ValueError(f"{url}: must be https://<address>:<port>")
    try:
        ip_address(parts.hostname)
    except ValueError:
        raise ValueError(f"{url}: must have an address, not a name: looking up a name has no deadline") from None
    return parts.hostname, parts.port or _SSL_PORT


def connect(
    address: tuple[str, int], context: ssl.SSLContext, name: str | None, deadline: Deadline, allowance: int
) -> Stream:
    """TCP and TLS. `name`: what the certificate must be for, when it is not the address."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.settimeout(deadline.remaining())
        sock.connect(address)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        wire = _Wire(sock, deadline, allowance)
        return Stream(wire, TLS(wire, context, name or address[0]))
    except BaseException:
        sock.close()
        raise
