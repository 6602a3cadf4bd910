"""Connections of one HTTP probe: what is sent, over which kind of connection, and how long that may take."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable, Iterator

from .exchange import Exchange, ExchangeError, outcome_of
from .plan import HTTPProbe
from .records import Attempt, Outcome


class Client:
    """Opens connections for a probe, and asks over them."""

    def __init__(self, probe: HTTPProbe) -> None:
        self.probe = probe
        self.connections = 0
        parts = probe.parts
        self._host, self._tls = parts.hostname or "", _tls(probe)
        self._port = parts.port or (443 if self._tls else 80)
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")

    def request(self, *, keep: bool) -> bytes:
        """The request, as bytes."""
        lines = [
            f"GET {self._path} HTTP/1.1",
            f"Host: {self._host}",
            *(f"{name}: {value}" for name, value in self.probe.headers.items()),
            "Connection: keep-alive" if keep else "Connection: close",
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    async def connect(self, on_line: Callable[[str], None] | None = None) -> Exchange:
        """A new connection. Raises ExchangeError."""
        self.connections += 1
        loop = asyncio.get_running_loop()
        try:
            _, exchange = await loop.create_connection(lambda: Exchange(on_line), self._host, self._port, ssl=self._tls)
        except (OSError, ssl.SSLError) as failure:
            raise ExchangeError(outcome_of(failure)) from failure
        return exchange

    def judged(self, started: float, status: int, answer: str, connection: int) -> Attempt:
        """An answer, as an attempt."""
        now = asyncio.get_running_loop().time()
        if status in self.probe.expect:
            return Attempt(started, now, Outcome.OK, answer, connection)
        return Attempt(started, now, Outcome.STATUS, str(status), connection)


class Deadline:
    """A time by which something must have happened; `phase` is the failure that it would be now."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.phase = Outcome.TIMEOUT_CONNECT

    @contextlib.asynccontextmanager
    async def kept(self) -> AsyncIterator["Deadline"]:
        """Raises ExchangeError with the phase when the time is over."""
        try:
            async with asyncio.timeout(self.seconds):
                yield self
        except TimeoutError:
            raise ExchangeError(self.phase) from None


def ticks(start: float, interval: float) -> Iterator[float]:
    """Times of the loop's clock at which attempts are due: absolute, so that no delay adds up."""
    number = 0
    while True:
        yield start + number * interval
        number += 1


def _tls(probe: HTTPProbe) -> ssl.SSLContext | None:
    if probe.parts.scheme != "https":
        return None
    context = ssl.create_default_context(cafile=str(probe.ca_file) if probe.ca_file else None)
    context.options |= ssl.OP_NO_TICKET
    return context
