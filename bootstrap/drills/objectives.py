"""What was promised for each thing that was done, beside what was seen. Pure."""

from collections.abc import Iterator, Sequence
from typing import Final

from ..prober.analysis import longest_silence, summarise
from ..prober.gaps import in_window
from ..prober.plan import CanaryProbe
from ..prober.records import Attempt
from .clients import TIMEOUT, TITLES, Probe
from .conduct import SAID, Done, Played, says
from .report import Objective, Verdict, rounded

SETTLED: Final = 4.0
"""Seconds after which no request may fail any more, whatever was broken: sick servers are out of rotation by then."""


def objectives(played: Played) -> Iterator[Objective]:
    """For clients after each fault with a name, for the agents after the last one."""
    for number, done in enumerate(played.done):
        if done.order.fault:
            yield from _clients(played, number, done)
        if played.drill.writes is not None:
            yield from _writes(played, number, done)
    breaking = [done for done in played.done if done.order.breaks]
    if breaking:
        yield from _agents(played, breaking[0], breaking[-1])


def _agents(played: Played, first: Done, last: Done) -> Iterator[Objective]:
    """What some agent has to say."""
    for name, state in played.drill.verdicts.items():
        seen = [look.at for look in played.looks if look.at > first.began and says(look, name, state)]
        measured = rounded(seen[0] - last.began) if seen else None
        yield Objective(
            act=played.done.index(last),
            subject="agent",
            title=f"an agent says that {name} is {state}",
            measured=max(0.0, measured) if measured is not None else None,
            bound=SAID,
            verdict=Verdict.PASSED if measured is not None and measured <= SAID else Verdict.FAILED,
            source="two rounds of the agents' slowest collector",
            note="" if seen else "no agent said so",
        )


def _clients(played: Played, number: int, done: Done) -> Iterator[Objective]:
    """How long nobody was served, and until when requests failed now and then."""
    fault = done.order.fault
    promise = played.drill.promise.get(fault)
    live = next((bound for look in played.looks if (bound := look.bound(fault)) is not None), None)
    known = [bound for bound in (promise, live) if bound is not None]
    source = "promised by hagen" if promise is not None and promise == min(known, default=None) else "the live settings"
    for probe in played.probes:
        if isinstance(probe, CanaryProbe):
            continue
        attempts = played.recording.attempts[probe.name]
        if probe.kind == "new-connection":
            seen = summarise(attempts, done.began, done.until)
            gap = seen.longest_gap if seen.attempts else None
            yield _objective(
                number, probe, "longest time without service", gap, bound=min(known, default=None), source=source
            )
            settled = _settled(attempts, done.began, done.until)
            yield _objective(
                number, probe, "until the last failed request", settled, bound=SETTLED, source="promised by hagen"
            )
        else:
            silence = longest_silence(attempts, done.began, done.until)
            bound = min(known) + TIMEOUT if known else None
            yield _objective(
                number, probe, "longest silence", silence, bound=bound, source=f"{source}, and a client's patience"
            )


def _writes(played: Played, number: int, done: Done) -> Iterator[Objective]:
    for probe in played.probes:
        if isinstance(probe, CanaryProbe):
            silence = longest_silence(played.recording.attempts[probe.name], done.began, done.until)
            what, source = "longest time without an acknowledgement", "promised by hagen"
            yield _objective(number, probe, what, silence, bound=played.drill.writes, source=source)


def _objective(
    number: int, probe: Probe, what: str, measured: float | None, *, bound: float | None, source: str
) -> Objective:
    return Objective(
        act=number,
        subject=probe.name,
        title=f"{TITLES.get(probe.name, probe.name)}: {what}",
        measured=None if measured is None else rounded(measured),
        bound=None if bound is None else rounded(bound),
        verdict=_within(measured, bound, probe.interval),
        source=source,
        note="" if measured is not None else "not served again while it was watched",
    )


def _settled(attempts: Sequence[Attempt], since: float, until: float) -> float | None:
    """Seconds from a moment until the first success after the last failure; 0.0 without one, None: it did not end."""
    seen = in_window(attempts, since, until)
    failed = [attempt for attempt in seen if not attempt.ok]
    if not failed:
        return 0.0 if seen else None
    after = [attempt.start for attempt in seen if attempt.ok and attempt.start > failed[-1].start]
    return after[0] - since if after else None


def _within(measured: float | None, bound: float | None, resolution: float) -> Verdict:
    if bound is None:
        return Verdict.UNKNOWN
    if measured is None:
        return Verdict.FAILED
    return Verdict.PASSED if measured <= bound + resolution else Verdict.FAILED
