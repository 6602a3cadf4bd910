"""From what was seen to a report: measured beside promised. Pure, so the same input gives the same report."""

from collections.abc import Iterator, Sequence

from ..prober.plan import CanaryProbe
from ..prober.records import Attempt
from .conduct import Done, Played
from .deeds import told
from .evidence import address, alerts, shown, writes
from .load import judgement as scaling
from .load.judgement import Loaded
from .objectives import objectives
from .report import Act, Alert, Event, Identity, Objective, Report, Restored, Steady, Verdict, Writes, rounded
from .timeline import events, lanes
from .timeline import told as noted


def judge(played: Played, identity: Identity) -> Report:
    """The whole report."""
    zero = played.done[0].began
    window = (played.steady[0], played.looks[-1].at)
    loaded = _loaded(played)
    load = scaling.shown(loaded, played.looks, zero) if loaded else None
    promised = (*objectives(played), *(scaling.objectives(load) if load else ()))
    alarms, written = alerts(played), writes(played)
    reasons = (
        *_missed(promised),
        *(scaling.shortcomings(load) if load else ()),
        *_alarming(alarms or ()),
        *_lost(written),
        *_disturbed(played),
    )
    unknown = [
        *(f"{each.title}: {each.note or 'not known'}" for each in promised if each.verdict is Verdict.UNKNOWN),
        *_unverified(played),
    ]
    verdict = Verdict.FAILED if reasons else Verdict.UNKNOWN if unknown else Verdict.PASSED
    recording = played.recording
    return Report(
        drill=played.drill.name,
        title=played.drill.title,
        hypothesis=played.drill.hypothesis,
        identity=identity,
        steady=_steady(played),
        acts=tuple(_act(done, zero) for done in played.done),
        watched=(rounded(window[0] - zero), rounded(window[1] - zero)),
        objectives=promised,
        probes=tuple(shown(probe, recording.attempts[probe.name], window, zero) for probe in played.probes),
        lanes=lanes(played.looks, zero),
        events=_events(played, loaded),
        writes=written,
        address=address(played),
        alerts=alarms,
        restored=Restored(at=None if played.whole is None else rounded(played.whole - zero), problems=played.troubles),
        verdict=verdict,
        reasons=reasons or tuple(unknown),
        not_measured=tuple(_not_measured(played)),
        load=load,
    )


def _loaded(played: Played) -> Loaded | None:
    """None in a drill that breaks something."""
    steps = tuple(step for done in played.done for step in done.steps)
    return Loaded(played.autoscaler, played.command, steps) if steps and played.autoscaler else None


def _events(played: Played, loaded: Loaded | None) -> tuple[Event, ...]:
    zero, recording = played.done[0].began, played.recording

    def monotonic(moment: float) -> float:
        return moment - recording.wall + recording.monotonic

    found = events(played.looks, zero, monotonic)
    more = scaling.events(loaded, played.looks, zero) if loaded else ()
    return tuple(
        sorted(
            (*found, *more, *noted(played.noted or (), zero, monotonic)),
            key=lambda event: (event.at, event.lane, event.text),
        )
    )


def _before(played: Played) -> list[Attempt]:
    """What clients asked while nothing was broken."""
    since, until = played.steady[0], played.done[0].began
    return [
        each for seen in played.recording.attempts.values() for each in seen if since <= each.start and each.end < until
    ]


def _steady(played: Played) -> Steady:
    since, until = played.steady[0], played.done[0].began
    requests = sum(1 for each in _before(played) if each.ok)
    return Steady(seconds=rounded(until - since), requests=requests, holder=played.scene.holder)


def _act(done: Done, zero: float) -> Act:
    return Act(
        at=rounded(done.began - zero),
        what=f"{done.order.machine}: {done.order.why}" if done.order.machine else done.order.why,
        command=told(done.order),
        machine=done.order.machine,
        breaks=done.order.breaks,
        until=rounded(done.until - zero),
    )


def _missed(promised: Sequence[Objective]) -> Iterator[str]:
    for each in promised:
        if each.verdict is Verdict.FAILED:
            seen = each.note or f"{each.measured} s, and {each.bound} s are allowed ({each.source})"
            yield f"{each.title}: {seen}"


def _alarming(alarms: Sequence[Alert]) -> Iterator[str]:
    for alert in alarms:
        if alert.expected and not alert.raised:
            yield f"the alert {alert.name} did not come"
        if alert.raised and not alert.allowed:
            yield f"the alert {alert.name} came, and nothing was wrong that it is for"


def _lost(written: Writes | None) -> Iterator[str]:
    for node, missing in (written.missing if written else {}).items():
        if missing:
            yield f"{missing} acknowledged writes are missing on {node}"


def _disturbed(played: Played) -> Iterator[str]:
    failed = sum(1 for each in _before(played) if not each.ok)
    if failed:
        yield f"{failed} requests failed before anything was broken"
    moves, allowed = address(played).moves, played.drill.moves
    if allowed is not None and moves > allowed:
        yield f"the virtual IP was taken {moves} times, and {allowed} are allowed"
    if played.whole is None:
        yield "not everything is as before: " + "; ".join(played.troubles)


def _not_measured(played: Played) -> Iterator[str]:
    """What a reader might look for and not find."""
    if all(look.alerts is None for look in played.looks):
        yield "alerts: no Prometheus was named, or it did not answer"
    if all(look.pods is None for look in played.looks):
        yield "pods: no control plane could be asked"
    if played.noted is None:
        yield "events of Kubernetes: no control plane could be asked"
    if "database" in played.drill.clients and not any(isinstance(probe, CanaryProbe) for probe in played.probes):
        yield "numbered writes: no database was named that can be reached from here"
    yield from _unverified(played)


def _unverified(played: Played) -> Iterator[str]:
    """Writes that were acknowledged, and may be lost for all that is known."""
    if played.acknowledged and played.present is None:
        yield "numbered writes: nobody could be asked what became of them"
    for node, missing in (played.present or {}).items():
        if missing is None:
            yield f"writes on {node}: it could not be asked"
