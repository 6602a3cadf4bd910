"""Requests one after the other over one kept connection, as a client with a connection pool sends them."""

import asyncio

from .exchange import Exchange, ExchangeError
from .http_client import Client, Deadline
from .plan import HTTPProbe
from .records import Attempt, Outcome


class Pooled:
    """A request per interval; after a failure the next request opens another connection."""

    def __init__(self, probe: HTTPProbe) -> None:
        self._client = Client(probe)
        self._request = self._client.request(keep=True)
        self._exchange: Exchange | None = None
        self.attempts: list[Attempt] = []

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`."""
        loop = asyncio.get_running_loop()
        while not stop.is_set():
            started = loop.time()
            self.attempts.append(await self._attempt(started))
            await asyncio.sleep(max(0.0, started + self._client.probe.interval - loop.time()))
        self._drop()

    async def _attempt(self, started: float) -> Attempt:
        client = self._client
        deadline = Deadline(client.probe.timeout)
        try:
            async with deadline.kept():
                if self._exchange is None or self._exchange.lost:
                    self._exchange = await client.connect()
                deadline.phase = Outcome.TIMEOUT_RESPONSE
                status, answer = await self._exchange.ask(self._request)
        except ExchangeError as failure:
            self._drop()
            return Attempt(started, asyncio.get_running_loop().time(), failure.outcome, "", client.connections)
        return client.judged(started, status, answer, client.connections)

    def _drop(self) -> None:
        if self._exchange is not None:
            self._exchange.end()
        self._exchange = None
