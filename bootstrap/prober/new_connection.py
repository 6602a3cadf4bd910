"""A new connection every interval, whatever became of the ones before (an open loop)."""

import asyncio
from functools import partial

from .connection import Connection, Reply
from .plan import HTTPProbe
from .records import Attempt
from .schedule import Schedule, Ticker
from .target import Target


class NewConnection:
    """Starts attempts at absolute times; each is on its own."""

    def __init__(self, probe: HTTPProbe) -> None:
        self.attempts: list[Attempt] = []
        self._target = Target(probe)
        self._request = self._target.request(keep=False)
        self._begun = 0
        self._under_way: dict[int, Connection] = {}
        self._idle = asyncio.Event()

    async def run(self, stop: asyncio.Event, start: float) -> None:
        """Until `stop`; then the attempts that are under way are waited for."""
        ticker = Ticker(Schedule(start, self._target.probe.interval), self._begin)
        try:
            await stop.wait()
            ticker.cancel()
            if self._under_way:
                self._idle.clear()
                await self._idle.wait()
        finally:
            ticker.cancel()
            for connection in self._under_way.values():
                connection.close()
            self._under_way.clear()

    def _begin(self, now: float, late: float) -> None:
        self._begun += 1
        connection = Connection(self._target, self._request, partial(self._done, self._begun, now, late))
        self._under_way[self._begun] = connection
        connection.ask(self._target.probe.timeout)

    def _done(self, number: int, started: float, late: float, reply: Reply) -> None:
        ended = asyncio.get_running_loop().time()
        self.attempts.append(Attempt(started, ended, reply.outcome, reply.answer, number, reply.status, late))
        self._under_way.pop(number).close()
        if not self._under_way:
            self._idle.set()
