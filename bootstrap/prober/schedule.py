"""When attempts are due: at absolute times, so that no delay adds up."""

import asyncio
import math
from collections.abc import Callable


class Schedule:
    """Due at `start`, and every `interval` seconds after it."""

    def __init__(self, start: float, interval: float) -> None:
        self.due = start
        self._start, self._interval, self._number = start, interval, 0

    def advance(self, now: float) -> None:
        """To the next time that is due. What fell due while the machine stood still is left out, not made up for.

        A burst of attempts after a pause would all see the same moment; that there were none during it is what
        `resolution` in the analysis says.
        """
        self._number = max(self._number + 1, math.ceil((now - self._start) / self._interval))
        self.due = self._start + self._number * self._interval


class Ticker:
    """Calls `tick(now, late)` on schedule, from the event loop."""

    def __init__(self, schedule: Schedule, tick: Callable[[float, float], None]) -> None:
        self._schedule = schedule
        self._tick = tick
        self._loop = asyncio.get_running_loop()
        self._handle = self._loop.call_at(schedule.due, self._fire)

    def cancel(self) -> None:
        """No more ticks."""
        self._handle.cancel()

    def _fire(self) -> None:
        now = self._loop.time()
        late = max(0.0, now - self._schedule.due)
        self._schedule.advance(now)
        self._handle = self._loop.call_at(self._schedule.due, self._fire)
        self._tick(now, late)
