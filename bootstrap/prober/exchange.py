"""One HTTP/1.1 connection: requests go out, answers come back, failures get their name.

A raw protocol: streams cost twice the CPU for each connection, and the prober shares its machine with what it measures.
"""

import asyncio
import errno
import ssl
from collections.abc import Callable
from typing import cast

from .records import Outcome

_END_OF_HEAD = b"\r\n\r\n"
_UNREACHABLE = {errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EADDRNOTAVAIL}
_LONGEST_HEAD = 65536


class ExchangeError(Exception):
    """The connection gave no answer; `outcome` says how."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.value)
        self.outcome = outcome


def outcome_of(failure: BaseException) -> Outcome:
    """The name of what went wrong with a connection."""
    if isinstance(failure, ExchangeError):
        return failure.outcome
    if isinstance(failure, ssl.SSLError):
        return Outcome.TLS
    if isinstance(failure, ConnectionRefusedError):
        return Outcome.REFUSED
    if isinstance(failure, ConnectionError):
        return Outcome.RESET
    if isinstance(failure, TimeoutError):
        return Outcome.TIMEOUT_CONNECT
    if isinstance(failure, OSError) and failure.errno in _UNREACHABLE:
        return Outcome.UNREACHABLE
    return Outcome.PROTOCOL


class Exchange(asyncio.Protocol):
    """`ask` waits for one whole answer. `on_line` gets each line of a body without end, and "" when it breaks."""

    def __init__(self, on_line: Callable[[str], None] | None = None) -> None:
        self.transport: asyncio.Transport | None = None
        self._on_line = on_line
        self._buffer = b""
        self._waiting: asyncio.Future[tuple[int, str]] | None = None
        self._lost: BaseException | None = None
        self._streaming = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: there is a connection."""
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """asyncio: bytes."""
        self._buffer += data
        if self._streaming:
            self._lines()
        elif self._waiting is not None and not self._waiting.done():
            self._answer(self._waiting)

    def eof_received(self) -> bool:
        """asyncio: the other side sends no more."""
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: it is over."""
        self._lost = exc or ExchangeError(Outcome.CLOSED)
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ExchangeError(outcome_of(self._lost)))
        if self._on_line is not None:
            self._on_line("")

    @property
    def lost(self) -> bool:
        """There is no connection any more."""
        return self._lost is not None

    def ask(self, request: bytes) -> "asyncio.Future[tuple[int, str]]":
        """Send a request; the future gets (status, first word of the body) or ExchangeError."""
        self._waiting = asyncio.get_running_loop().create_future()
        if self.transport is None or self._lost is not None:
            self._waiting.set_exception(ExchangeError(outcome_of(self._lost or ExchangeError(Outcome.CLOSED))))
        else:
            self.transport.write(request)
        return self._waiting

    def end(self) -> None:
        """Close without ceremony."""
        if self.transport is not None:
            self.transport.abort()

    def _answer(self, waiting: "asyncio.Future[tuple[int, str]]") -> None:
        head, found, body = self._buffer.partition(_END_OF_HEAD)
        if not found:
            if len(head) > _LONGEST_HEAD:
                waiting.set_exception(ExchangeError(Outcome.PROTOCOL))
            return
        try:
            status, length = _head(head)
        except ValueError:
            waiting.set_exception(ExchangeError(Outcome.PROTOCOL))
            return
        if self._on_line is not None and status == 200:  # noqa: PLR2004 - HTTP's OK
            self._streaming, self._buffer = True, body
            waiting.set_result((status, ""))
            self._lines()
        elif length is not None and len(body) >= length:
            self._buffer = body[length:]
            waiting.set_result((status, _first_word(body[:length])))
        elif length is None and body.endswith(b"0\r\n\r\n"):
            self._buffer = b""
            _, _, text = body.partition(b"\r\n")
            waiting.set_result((status, _first_word(text)))

    def _lines(self) -> None:
        *lines, self._buffer = self._buffer.split(b"\n")
        for line in lines:
            # Chunk sizes and the empty lines between chunks are HTTP's, not the server's.
            if self._on_line is not None and len(line.split()) > 1:
                self._on_line(_first_word(line))


def _head(head: bytes) -> tuple[int, int | None]:
    """(status, length of the body; None when it comes in chunks)."""
    first, *lines = head.split(b"\r\n")
    if not first.startswith(b"HTTP/1."):
        raise ValueError(first)
    status = int(first.split()[1])
    length: int | None = 0
    for line in lines:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
        elif name.lower() == b"transfer-encoding":
            length = None
    return status, length


def _first_word(body: bytes) -> str:
    words = body.split(None, 1)
    return words[0][:32].decode(errors="replace") if words else ""
