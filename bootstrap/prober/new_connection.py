"""A new connection every interval, whatever became of the ones before (an open loop)."""

import asyncio

from .exchange import Exchange, ExchangeError
from .http_client import Client, Deadline, ticks
from .plan import HTTPProbe
from .records import Attempt, Outcome


class NewConnection:
    """Starts attempts at absolute times; each is on its own."""

    def __init__(self, probe: HTTPProbe) -> None:
        self._client = Client(probe)
        self._request = self._client.request(keep=False)
        self.attempts: list[Attempt] = []

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; then the attempts that are under way are waited for."""
        loop = asyncio.get_running_loop()
        under_way: set[asyncio.Task[None]] = set()
        for due in ticks(loop.time(), self._client.probe.interval):
            if stop.is_set():
                break
            if (early := due - loop.time()) > 0:
                await asyncio.sleep(early)
            elif early < -1:
                continue  # the machine stood still: what was due then cannot be made up for now
            task = asyncio.create_task(self._attempt())
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        await asyncio.gather(*under_way)

    async def _attempt(self) -> None:
        client, loop = self._client, asyncio.get_running_loop()
        started = loop.time()
        exchange: Exchange | None = None
        deadline = Deadline(client.probe.timeout)
        try:
            async with deadline.kept():
                exchange = await client.connect()
                deadline.phase = Outcome.TIMEOUT_RESPONSE
                status, answer = await exchange.ask(self._request)
            self.attempts.append(client.judged(started, status, answer, client.connections))
        except ExchangeError as failure:
            self.attempts.append(Attempt(started, loop.time(), failure.outcome, "", client.connections))
        finally:
            if exchange is not None:
                exchange.end()
