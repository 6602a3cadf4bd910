"""One answer without end, as a watch is: every line is an attempt that succeeded, silence and breaks are failures."""

import asyncio

from .connection import Connection, Reply
from .plan import HTTPProbe
from .records import Attempt, Outcome
from .target import Target


class Stream:
    """Connects again as soon as a stream breaks or falls silent.

    A break begins with the last sign of life before it: the last line, or the attempt to connect.
    """

    def __init__(self, probe: HTTPProbe) -> None:
        self.attempts: list[Attempt] = []
        self._target = Target(probe)
        self._request = self._target.request(keep=True)
        self._silence = probe.timeout if probe.silence is None else probe.silence
        self._connection: Connection | None = None
        self._connections = 0
        self._alive = 0.0
        self._next: asyncio.TimerHandle | None = None

    async def run(self, stop: asyncio.Event, start: float) -> None:
        """Until `stop`."""
        self._next = asyncio.get_running_loop().call_at(start, self._connect)
        try:
            await stop.wait()
        finally:
            self._next.cancel()
            if self._connection is not None:
                self._connection.close()

    def _connect(self) -> None:
        self._connections += 1
        self._alive = asyncio.get_running_loop().time()
        self._connection = Connection(self._target, self._request, self._broken, self._line, self._silence)
        self._connection.ask(self._target.probe.timeout)

    def _line(self, server: str) -> None:
        self._alive = now = asyncio.get_running_loop().time()
        status = self._target.probe.expect[0]
        self.attempts.append(Attempt(now, now, Outcome.OK, server, self._connections, status))

    def _broken(self, reply: Reply) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        self.attempts.append(Attempt(self._alive, now, reply.outcome, reply.answer, self._connections, reply.status))
        self._next = loop.call_later(self._target.probe.interval, self._connect)
