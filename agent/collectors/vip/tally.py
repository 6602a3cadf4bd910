"""From single attempts to counters. Pure; times are seconds of one monotonic clock.

Unavailable is the time from the beginning of the first attempt that failed to the end of the next good one: that is
when clients could not know of any better. It grows while it lasts, and never shrinks.
"""

import math
from bisect import bisect_left
from dataclasses import dataclass

from ...snapshot import Probes

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, math.inf)


@dataclass(frozen=True)
class Attempt:
    """One use of the virtual IP, as a client would."""

    began: float
    ended: float
    good: bool


class Tally:
    """Of one check. Written by one thread."""

    def __init__(self) -> None:
        self._attempts = self._failures = 0
        self._unavailable = self._longest = self._latency = 0.0
        self._buckets = [0] * len(BOUNDS)
        self._since: float | None = None  # the first failure of an outage that has not ended
        self._last_good: float | None = None
        self.probes = self._sum(0.0)

    def take(self, attempt: Attempt) -> None:
        """Attempts come in the order of their time."""
        self._attempts += 1
        if attempt.good:
            self._good(attempt)
        else:
            self._failures += 1
            self._since = attempt.began if self._since is None else self._since
        open_outage = 0.0 if self._since is None else attempt.ended - self._since
        self.probes = self._sum(open_outage)

    def _good(self, attempt: Attempt) -> None:
        if self._since is not None:
            self._unavailable += attempt.ended - self._since
            self._since = None
        if self._last_good is not None:
            self._longest = max(self._longest, attempt.ended - self._last_good)
        self._last_good = attempt.ended
        latency = attempt.ended - attempt.began
        self._latency += latency
        self._buckets[bisect_left(BOUNDS, latency)] += 1

    def _sum(self, open_outage: float) -> Probes:
        cumulative, total = {}, 0
        for bound, count in zip(BOUNDS, self._buckets, strict=True):
            total += count
            cumulative[bound] = total
        unavailable = self._unavailable + open_outage
        return Probes(self._attempts, self._failures, unavailable, self._longest, cumulative, self._latency)
