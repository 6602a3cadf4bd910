"""A TLS connection on which everything together ends by one deadline, and which takes in only so many bytes.

A socket's timeout starts anew with every call: a peer that sends a byte a second never lets it expire. Here every
single operation gets what is left until the deadline.
"""

import io
import socket
import ssl
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .deadline import Deadline

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_SSL_PORT = 443
_GOODBYE = 0.05


class TooMuchError(OSError):
    """More was sent than any honest answer holds."""


class _Received(io.RawIOBase):
    def __init__(self, stream: "Stream") -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        return self._stream.receive_into(buffer)


class _Lent(io.BufferedReader):
    """A reader that several users take turns with: what one has read ahead is the next one's."""

    def close(self) -> None:
        """Not closed by whoever is done with it."""


class Stream:
    """Connected, with the handshake done. `reader` is for reading; the deadline may be moved at any time."""

    def __init__(self, sock: ssl.SSLSocket, deadline: Deadline, allowance: int) -> None:
        self._sock = sock
        self.deadline = deadline
        self.allowance = allowance
        self.reader = _Lent(_Received(self))

    def makefile(self, mode: str = "rb") -> io.BufferedReader:
        """The one reader, in the way in which the standard library's HTTP response asks a socket for it."""
        if mode != "rb":
            raise ValueError(mode)
        return self.reader

    def receive_into(self, buffer: "WriteableBuffer") -> int:
        """As soon as there is something; 0 at the end."""
        if self.allowance <= 0:
            raise TooMuchError("sends without end")
        self._sock.settimeout(self.deadline.remaining())
        count = self._sock.recv_into(buffer)
        self.allowance -= count
        return count

    def send(self, data: bytes) -> None:
        """Everything, or an exception."""
        view = memoryview(data)
        while view:
            self._sock.settimeout(self.deadline.remaining())
            view = view[self._sock.send(view) :]

    def goodbye(self, data: bytes) -> None:
        """Some last words, if the other side takes them at once."""
        try:
            self._sock.settimeout(_GOODBYE)
            self._sock.send(data)
        except OSError:
            pass

    def close(self) -> None:
        """Without the farewell of TLS, which would wait for the other side."""
        self._sock.close()


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
    with socket.socket(family, socket.SOCK_STREAM) as plain:  # wrapping takes the descriptor out of it
        plain.settimeout(deadline.remaining())
        plain.connect(address)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock = context.wrap_socket(plain, server_hostname=name or address[0], do_handshake_on_connect=False)
    try:
        sock.settimeout(deadline.remaining())
        sock.do_handshake()
    except BaseException:
        sock.close()
        raise
    return Stream(sock, deadline, allowance)
