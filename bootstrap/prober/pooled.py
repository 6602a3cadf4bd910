"""Requests one after the other over one kept connection, as a client with a connection pool sends them."""

import asyncio

from .connection import Connection, Reply
from .plan import HTTPProbe
from .records import Attempt
from .schedule import Schedule
from .target import Target


class Pooled:
    """A request per interval, never two at once; after a failure the next request opens another connection.

    A connection that the server closes between two requests is replaced without a failure, as every pool does it; it
    shows in the attempts' `connection`.
    """

    def __init__(self, probe: HTTPProbe) -> None:
        self.attempts: list[Attempt] = []
        self._target = Target(probe)
        self._request = self._target.request(keep=True)
        self._connection: Connection | None = None
        self._connections = 0
        self._started = self._late = 0.0
        self._next: asyncio.TimerHandle | None = None
        self._idle = asyncio.Event()
        self._idle.set()

    async def run(self, stop: asyncio.Event, start: float) -> None:
        """Until `stop`, and the answer that is waited for then."""
        schedule = Schedule(start, self._target.probe.interval)
        self._plan(schedule)
        try:
            await stop.wait()
            await self._idle.wait()
        finally:
            if self._next is not None:
                self._next.cancel()
            if self._connection is not None:
                self._connection.close()

    def _plan(self, schedule: Schedule) -> None:
        self._next = asyncio.get_running_loop().call_at(schedule.due, self._begin, schedule)

    def _begin(self, schedule: Schedule) -> None:
        self._idle.clear()
        self._started = asyncio.get_running_loop().time()
        self._late = max(0.0, self._started - schedule.due)
        if self._connection is None or self._connection.lost:
            self._connections += 1
            self._connection = Connection(self._target, self._request, lambda reply: self._done(schedule, reply))
        self._connection.ask(self._target.probe.timeout)

    def _done(self, schedule: Schedule, reply: Reply) -> None:
        now = asyncio.get_running_loop().time()
        self.attempts.append(
            Attempt(self._started, now, reply.outcome, reply.answer, self._connections, reply.status, self._late)
        )
        schedule.advance(now)
        self._plan(schedule)
        self._idle.set()
