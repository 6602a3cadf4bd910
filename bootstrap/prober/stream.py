"""One answer without end, as a watch is: every line is an attempt that succeeded, silence and breaks are failures."""

import asyncio

from .exchange import Exchange, ExchangeError
from .http_client import Client, Deadline
from .plan import HTTPProbe
from .records import Attempt, Outcome


class Stream:
    """Connects again as soon as a stream breaks or falls silent."""

    def __init__(self, probe: HTTPProbe) -> None:
        self._client = Client(probe)
        self._request = self._client.request(keep=True)
        self._line = asyncio.Event()
        self.attempts: list[Attempt] = []

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`."""
        loop = asyncio.get_running_loop()
        while not stop.is_set():
            started = loop.time()
            try:
                await self._follow(stop)
            except ExchangeError as failure:
                last = self.attempts[-1].end if self.attempts else started
                begin = max(started, last)
                self.attempts.append(Attempt(begin, loop.time(), failure.outcome, "", self._client.connections))
                await asyncio.sleep(self._client.probe.interval)

    async def _follow(self, stop: asyncio.Event) -> None:
        client = self._client
        deadline = Deadline(client.probe.timeout)
        exchange: Exchange | None = None
        try:
            async with deadline.kept():
                exchange = await client.connect(self._arrived)
                deadline.phase = Outcome.TIMEOUT_RESPONSE
                status, _ = await exchange.ask(self._request)
            if status not in client.probe.expect:
                raise ExchangeError(Outcome.STATUS)
            while not stop.is_set():
                await self._next_line(exchange)
        finally:
            if exchange is not None:
                exchange.end()

    async def _next_line(self, exchange: Exchange) -> None:
        self._line.clear()
        if not exchange.lost:
            try:
                await asyncio.wait_for(self._line.wait(), self._client.probe.timeout)
            except TimeoutError:
                raise ExchangeError(Outcome.TIMEOUT_RESPONSE) from None
        if exchange.lost:
            raise ExchangeError(Outcome.CLOSED)

    def _arrived(self, server: str) -> None:
        """A line, or the end of all lines."""
        now = asyncio.get_running_loop().time()
        if server:
            self.attempts.append(Attempt(now, now, Outcome.OK, server, self._client.connections))
        self._line.set()
