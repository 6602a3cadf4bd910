"""Times without service, from attempts. Pure; times are seconds of one monotonic clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .records import Attempt


@dataclass(frozen=True)
class Gap:
    """A run of failures without a success between them, by the attempts' starts. `length`: seconds.

    From the start of the first failed attempt to the start of the first one after it that succeeded. Attempts overlap
    (one that is tried for half a second fails after many later ones were served), so the order of their ends would make
    a gap of what nobody suffered. And it is their starts that say when a client had to come to be served.
    `closed` is false when nothing succeeded any more; `end` is then the end of the window.
    """

    start: float
    end: float
    length: float
    failures: int
    closed: bool


def in_window(attempts: Iterable[Attempt], since: float, until: float) -> list[Attempt]:
    """In the order of their starts: what began in the window, and what was under way at `since` and then failed.

    One that began before the fault and was ended by it is the fault's: it counts. A success that was under way says
    nothing of the time after `since`.
    """
    return sorted(a for a in attempts if a.start < until and (a.start >= since or (a.end > since and not a.ok)))


def gaps(ordered: Iterable[Attempt], until: float) -> list[Gap]:
    """The gaps in attempts that are in the order of their starts."""
    found: list[Gap] = []
    first: float | None = None
    failures = 0
    for attempt in ordered:
        if not attempt.ok:
            first = attempt.start if first is None else first
            failures += 1
        elif first is not None:
            found.append(Gap(first, attempt.start, attempt.start - first, failures, closed=True))
            first, failures = None, 0
    if first is not None:
        found.append(Gap(first, until, until - first, failures, closed=False))
    return found


def longest_distance(moments: Sequence[float], since: float, until: float) -> float:
    """The longest time between two neighbours among the window's edges and these moments, which are in order."""
    return max(later - earlier for earlier, later in pairwise([since, *moments, until]))


def longest_silence(attempts: Iterable[Attempt], since: float, until: float) -> float:
    """The longest time in the window in which no success ended: for streams, kept connections and writes.

    Such a client does one thing after the other, so an attempt that hangs is all the service that it has.
    """
    return longest_distance(sorted(a.end for a in attempts if a.ok and since <= a.end <= until), since, until)
