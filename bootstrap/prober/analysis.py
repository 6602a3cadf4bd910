"""From attempts to what a client suffered. Pure; times are seconds of one monotonic clock.

`dataclasses.asdict` of each summary is JSON.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .gaps import Gap, gaps, in_window, longest_distance, longest_silence
from .records import Attempt

__all__ = [
    "CanarySummary",
    "Gap",
    "StreamSummary",
    "Summary",
    "longest_silence",
    "summarise",
    "summarise_canary",
    "summarise_stream",
]


@dataclass(frozen=True)
class Summary:
    """What one probe saw in a window. None: there was nothing to measure.

    `noise`: failures that had ended before the window began, so cannot come from what happened in it.
    `first_success`: seconds from the beginning of the window to the start of its first success.
    `resolution`: the longest time between two starts in the window: nothing shorter could have been seen there.
    `late`: 99 of 100 attempts began at most so long after they were due. `left_out`: how many fewer attempts there were
    than the interval promised. `connections`: how many different ones served. `answers`: successes by who answered.
    Latencies are those of successes.
    """

    attempts: int
    failures: int
    failed_share: float
    kinds: dict[str, int]
    noise: int
    gaps: tuple[Gap, ...]
    longest_gap: float
    first_success: float | None
    resolution: float
    late: float | None
    left_out: int | None
    latency_median: float | None
    latency_p99: float | None
    latency_worst: float | None
    connections: int
    answers: dict[str, int]


@dataclass(frozen=True)
class StreamSummary:
    """What a stream's client saw. `breaks`: runs of failures. `reconnect`: the longest from a break to the next line.

    A break is known when the connection ends or the silence is too long: `longest_silence` includes the time until
    then, `reconnect` does not.
    """

    lines: int
    failures: int
    kinds: dict[str, int]
    breaks: int
    longest_silence: float
    reconnect: float | None
    answers: dict[str, int]


@dataclass(frozen=True)
class CanarySummary:
    """What a database's client saw. `disrupted`: a write failed, or none was acknowledged for longer than `pause`.

    `resumed`: seconds from the beginning of the window until the first acknowledgement after a disruption; `settled`:
    until the one after the last disruption. None without a disruption, or when nothing was acknowledged any more.
    """

    attempts: int
    acknowledged: int
    failures: int
    kinds: dict[str, int]
    longest_silence: float
    disrupted: bool
    resumed: float | None
    settled: float | None
    answers: dict[str, int]


def summarise(attempts: Iterable[Attempt], since: float, until: float, interval: float | None = None) -> Summary:
    """Judge the attempts of a window; `interval` is the one that the plan asked for."""
    everything = list(attempts)
    seen = in_window(everything, since, until)
    served = [a for a in seen if a.ok]
    began = [a.start for a in seen if a.start >= since]
    latencies = sorted(a.end - a.start for a in served)
    found = gaps(seen, until)
    return Summary(
        attempts=len(seen),
        failures=len(seen) - len(served),
        failed_share=(len(seen) - len(served)) / len(seen) if seen else 0.0,
        kinds=_kinds(seen),
        noise=sum(1 for a in everything if not a.ok and a.end <= since),
        gaps=tuple(found),
        longest_gap=max((gap.length for gap in found), default=0.0),
        first_success=served[0].start - since if served else None,
        resolution=longest_distance(began, since, until),
        late=_percentile(sorted(a.late for a in seen if a.start >= since), 99),
        left_out=None if interval is None else max(0, math.floor((until - since) / interval) - len(began)),
        latency_median=_percentile(latencies, 50),
        latency_p99=_percentile(latencies, 99),
        latency_worst=latencies[-1] if latencies else None,
        connections=len({a.connection for a in served}),
        answers=dict(Counter(a.answer for a in served)),
    )


def summarise_stream(attempts: Iterable[Attempt], since: float, until: float) -> StreamSummary:
    """Judge a stream's lines and breaks."""
    seen = in_window(attempts, since, until)
    lines = [a for a in seen if a.ok]
    known: list[float] = []  # when each break was known
    back: list[float] = []
    for before, attempt in zip([None, *seen], seen, strict=False):
        if not attempt.ok and (before is None or before.ok):
            known.append(attempt.end)
        elif attempt.ok and len(known) > len(back):
            back.append(max(0.0, attempt.end - known[-1]))
    return StreamSummary(
        lines=len(lines),
        failures=len(seen) - len(lines),
        kinds=_kinds(seen),
        breaks=len(known),
        longest_silence=longest_silence(seen, since, until),
        reconnect=max(back, default=None),
        answers=dict(Counter(a.answer for a in lines)),
    )


def summarise_canary(attempts: Iterable[Attempt], since: float, until: float, pause: float = 0.5) -> CanarySummary:
    """Judge a canary's writes, which come one after the other."""
    seen = in_window(attempts, since, until)
    confirmed = [a for a in seen if a.ok and a.end <= until]
    after: list[float] = []  # the acknowledgement after each disruption
    last, failed, disrupted = since, False, False
    for attempt in (a for a in seen if a.end <= until):
        if not attempt.ok:
            failed = disrupted = True
            continue
        if failed or attempt.end - last > pause:
            after.append(attempt.end - since)
        last, failed = attempt.end, False
    open_end = failed or until - last > pause
    return CanarySummary(
        attempts=len(seen),
        acknowledged=len(confirmed),
        failures=sum(1 for a in seen if not a.ok),
        kinds=_kinds(seen),
        longest_silence=longest_silence(confirmed, since, until),
        disrupted=disrupted or bool(after) or open_end,
        resumed=after[0] if after else None,
        settled=after[-1] if after and not open_end else None,
        answers=dict(Counter(a.answer for a in confirmed)),
    )


def _kinds(seen: Iterable[Attempt]) -> dict[str, int]:
    return dict(Counter(a.outcome.value for a in seen if not a.ok))


def _percentile(ordered: Sequence[float], share: int) -> float | None:
    """The smallest value that so many of 100 do not exceed (nearest rank: one that was really measured)."""
    return ordered[max(0, math.ceil(len(ordered) * share / 100) - 1)] if ordered else None
