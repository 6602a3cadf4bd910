"""A token bucket: so many requests at once, and one more each interval."""

import time
from collections.abc import Callable


class Limiter:
    """`rate` in requests per second, None for no limit. Used from one thread."""

    def __init__(self, rate: float | None, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._tokens, self._last = float(burst), clock()

    def admits(self) -> bool:
        """Whether one more request may be answered now."""
        if self._rate is None:
            return True
        now = self._clock()
        self._tokens = min(self._burst, self._tokens + (now - self._last) * self._rate)
        self._last = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
