"""The two times: one that only goes forward, for ages; one that people and other machines know, for points in time."""

import time
from typing import Protocol


class Clock(Protocol):
    """Seconds of both."""

    def monotonic(self) -> float:
        """Since some time in the past; never set back."""
        ...

    def time(self) -> float:
        """Since the epoch."""
        ...


class SystemClock:
    """This machine's."""

    def monotonic(self) -> float:
        """CLOCK_MONOTONIC."""
        return time.monotonic()

    def time(self) -> float:
        """CLOCK_REALTIME."""
        return time.time()
