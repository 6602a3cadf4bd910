"""From attempts to what a client suffered. Pure; times are seconds of one monotonic clock."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from .records import Attempt


@dataclass(frozen=True)
class Gap:
    """A run of failures without a success between them, by the attempts' starts.

    From the start of the first failed attempt to the start of the first one after it that succeeded. Attempts overlap
    (one that is tried for half a second fails after many later ones), so the order of their ends would say less.
    `closed` is false when nothing succeeded any more; `end` is then the end of the window.
    """

    start: float
    end: float
    failures: int
    closed: bool

    @property
    def length(self) -> float:
        """Seconds."""
        return self.end - self.start


@dataclass(frozen=True)
class Summary:
    """What one probe saw in a window.

    `resolution`: the longest time between two starts in the window: nothing shorter could have been seen there.
    `connections`: how many different connections served. `answers`: successes by who answered.
    """

    attempts: int
    failures: int
    kinds: dict[str, int] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()
    resolution: float = 0.0
    latency_median: float | None = None
    latency_worst: float | None = None
    connections: int = 0
    answers: dict[str, int] = field(default_factory=dict)

    @property
    def longest_gap(self) -> float:
        """Seconds; 0 when everything succeeded."""
        return max((gap.length for gap in self.gaps), default=0.0)


def summarise(attempts: Iterable[Attempt], since: float, until: float) -> Summary:
    """Judge the attempts that were under way at `since` or began later, and began before `until`.

    One that began before the fault and was ended by it is the fault's: it counts.
    """
    seen = sorted(a for a in attempts if a.start < until and (a.start >= since or (a.end > since and not a.ok)))
    served = [a for a in seen if a.ok]
    latencies = sorted(a.end - a.start for a in served)
    return Summary(
        attempts=len(seen),
        failures=len(seen) - len(served),
        kinds=dict(Counter(a.outcome.value for a in seen if not a.ok)),
        gaps=tuple(gaps(seen, until)),
        resolution=resolution([a.start for a in seen if a.start >= since], since, until),
        latency_median=latencies[len(latencies) // 2] if latencies else None,
        latency_worst=latencies[-1] if latencies else None,
        connections=len({a.connection for a in served}),
        answers=dict(Counter(a.answer for a in served)),
    )


def gaps(seen: Sequence[Attempt], until: float) -> list[Gap]:
    """The gaps in attempts that are in the order of their starts."""
    found: list[Gap] = []
    first: float | None = None
    failures = 0
    for attempt in seen:
        if not attempt.ok:
            first = attempt.start if first is None else first
            failures += 1
        elif first is not None:
            found.append(Gap(first, attempt.start, failures, closed=True))
            first, failures = None, 0
    if first is not None:
        found.append(Gap(first, until, failures, closed=False))
    return found


def resolution(starts: Sequence[float], since: float, until: float) -> float:
    """The longest time between two neighbours among the window's edges and these starts."""
    points = [since, *starts, until]
    return max(later - earlier for earlier, later in pairwise(points))


def longest_silence(attempts: Iterable[Attempt], since: float, until: float) -> float:
    """The longest time in the window in which nothing succeeded: for streams, and for kept connections."""
    ends = sorted(a.end for a in attempts if a.ok and since <= a.end <= until)
    return resolution(ends, since, until)
