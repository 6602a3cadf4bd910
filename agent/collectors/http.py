"""One HTTP GET that is over by a deadline, plain or with TLS, whatever the server does.

Plain, because etcd shows its health and its metrics without TLS. An answer is taken in up to a limit; head and body are
read through a carrier that counts bytes and time, so that neither a drip nor a flood lasts longer than was allowed.
"""

import errno
import io
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from ipaddress import ip_address
from typing import Any, cast
from urllib.parse import urlsplit

from ..kubernetes.deadline import Deadline
from ..kubernetes.http import request
from ..kubernetes.stream import TooMuchError, connect
from ..kubernetes.tls import Received

_HEAD = 2**16  # of an answer: what it may have on top of its body
_PORTS = {"http": 80, "https": 443}
# Errors of this host: the target was not asked at all.
_NOT_ASKED = {errno.ENETUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL, errno.EMFILE, errno.ENFILE, errno.EPERM,
              errno.EACCES, errno.ENOBUFS, errno.ENOMEM}  # fmt: skip


class AskedInVainError(Exception):
    """It was asked and did not answer in time: refused, silent, too slow, hung up."""


class NoAnswerError(Exception):
    """Nothing can be said of it: it was not asked, or what came is no answer."""


@dataclass(frozen=True)
class Target:
    """Where to ask. `path` may hold a query."""

    host: str
    port: int
    path: str
    context: ssl.SSLContext | None = None  # none: plain HTTP
    name: str | None = None  # whom the certificate must be for, when it is not the host
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def authority(self) -> str:
        """As it stands in a URL."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Plain:
    """TCP; as much of a stream as an HTTP request needs."""

    def __init__(self, address: tuple[str, int], deadline: Deadline, allowance: int) -> None:
        self._deadline = deadline
        self._allowance = allowance
        self._sock = socket.socket(socket.AF_INET6 if ":" in address[0] else socket.AF_INET)
        try:
            self._sock.settimeout(deadline.remaining())
            self._sock.connect(address)
        except BaseException:
            self._sock.close()
            raise

    def recv(self, count: int) -> bytes:
        """At least a byte; nothing at the end."""
        if self._allowance <= 0:
            raise TooMuchError("sends without end")
        self._sock.settimeout(self._deadline.remaining())
        data = self._sock.recv(min(count, self._allowance))
        self._allowance -= len(data)
        return data

    def send(self, data: bytes) -> None:
        """Everything, or an exception."""
        self._sock.settimeout(self._deadline.remaining())
        self._sock.sendall(data)  # its timeout is for the whole

    def makefile(self, _mode: str = "rb") -> io.BufferedReader:
        """For reading, binary."""
        return io.BufferedReader(Received(self))

    def close(self) -> None:
        """At once."""
        self._sock.close()


def target_of(url: str, path: str = "") -> Target:
    """Of a URL with an address; `path` is added to its own. ValueError for a name: looking it up has no deadline."""
    parts = urlsplit(url)
    try:
        ip_address(parts.hostname or "")
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        raise ValueError(f"{url}: must be http(s)://<address>[:<port>]") from None
    return Target(parts.hostname or "", port, parts.path.rstrip("/") + path or "/")


@contextmanager
def opened(target: Target, deadline: Deadline, largest: int) -> Iterator[HTTPResponse]:
    """The answer, its head read; its body may be read within the block, up to `largest` bytes and the deadline.

    AskedInVainError, NoAnswerError, also out of the block for what goes wrong while it reads.
    """
    stream: Any = None
    try:
        if target.context is None:
            stream = Plain((target.host, target.port), deadline, largest + _HEAD)
        else:
            address = target.host, target.port
            stream = connect(address, target.context, target.name, deadline, largest + _HEAD)
        head = {"Connection": "close", **target.headers}
        with request(cast("Any", stream), target.path, target.authority, head) as response:
            yield response
    except (OSError, HTTPException, ValueError) as error:
        raise _meaning(error) from error
    finally:
        if stream is not None:
            stream.close()


def get(target: Target, deadline: Deadline, largest: int) -> tuple[int, bytes]:
    """Status and body, complete. AskedInVainError, NoAnswerError."""
    with opened(target, deadline, largest) as response:
        body = response.read(largest + 1)
        if len(body) > largest:
            raise TooMuchError("answer too large")
        if response.length:
            raise ConnectionResetError(f"answer ends {response.length} bytes early")
        return response.status, body


def not_asked(error: Exception) -> bool:
    """Whether it is this host's trouble. (The errno of a TLS error is OpenSSL's number, 1: no EPERM.)"""
    return isinstance(error, OSError) and not isinstance(error, ssl.SSLError) and error.errno in _NOT_ASKED


def _meaning(error: Exception) -> Exception:
    """Time that ran out and connections that ended are the target's silence; bytes that make no sense are none."""
    text = str(error) or type(error).__name__
    silent = isinstance(error, OSError) and not isinstance(error, TooMuchError | ssl.SSLError)
    # http.client takes a connection that ends before the first byte for a protocol error: it is a reset as well.
    return AskedInVainError(text) if silent and not not_asked(error) else NoAnswerError(text)
