"""TLS whose bytes are carried by hand, on anything that receives and sends.

Not ssl's own socket: OpenSSL reads from it for as long as there is something to read, whatever its timeout. A server
that sends HelloRequest without end keeps one do_handshake() busy for ever. Here every piece goes through the carrier,
which counts and ends; and the carrier may be a tunnel, which is no socket at all.
"""

import io
import ssl
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Result = TypeVar("Result")
_CHUNK = 65536


class Receiver(Protocol):
    """Whatever has bytes to give."""

    def recv(self, count: int) -> bytes:
        """At least a byte; nothing at the end."""


class Carrier(Receiver, Protocol):
    """What TLS needs from below."""

    def sendall(self, data: bytes) -> None:
        """Everything, or an exception."""

    def close(self) -> None:
        """For good."""


class Received(io.RawIOBase):
    """What is received, as a file."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver

    def readable(self) -> bool:
        """Nothing else."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """As much as there is, up to the buffer's size."""
        view = memoryview(buffer).cast("B")
        data = self._receiver.recv(len(view))
        view[: len(data)] = data
        return len(data)


class TLS:
    """The client's side, after its handshake; as much of a socket as PyMySQL uses."""

    def __init__(self, carrier: Carrier, context: ssl.SSLContext, name: str | None = None) -> None:
        self._carrier = carrier
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)
        self._carried(self._tls.do_handshake)

    def recv(self, count: int) -> bytes:
        """At least a byte; nothing at the end."""
        try:
            return self._carried(lambda: self._tls.read(count))
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""

    def sendall(self, data: bytes) -> None:
        """Everything, or an exception."""
        for start in range(0, len(data), _CHUNK):
            chunk = data[start : start + _CHUNK]
            self._carried(lambda chunk=chunk: self._tls.write(chunk))  # type: ignore[misc]

    def makefile(self, mode: str) -> io.BufferedReader:
        """For reading, binary."""
        if mode != "rb":
            raise ValueError(mode)
        return io.BufferedReader(Received(self))

    def settimeout(self, seconds: float | None) -> None:
        """Without effect: the carrier has a deadline."""

    def close(self) -> None:
        """Without the farewell of TLS, which would wait for the other side."""
        self._carrier.close()

    def _carried(self, step: Callable[[], Result]) -> Result:
        """Do a step of TLS; bring it what it waits for, take away what it has to send."""
        while True:
            try:
                result = step()
            except ssl.SSLWantReadError:
                self._flush()
                data = self._carrier.recv(_CHUNK)
                if data:
                    self._incoming.write(data)
                else:
                    self._incoming.write_eof()
                continue
            self._flush()
            return result

    def _flush(self) -> None:
        if self._outgoing.pending:
            self._carrier.sendall(self._outgoing.read())
