"""From looks to lanes and events. Pure; times are seconds after the first fault."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from .cluster import Noted
from .look import Look
from .report import Event, Lane, Span, Tone

_TONES: Final = {"ok": Tone.WELL, "degraded": Tone.DEGRADED, "critical": Tone.DOWN}
_WORST: Final = ("critical", "degraded", "ok")  # of what is known; an agent that cannot tell does not count
State = tuple[str, Tone]


def lanes(looks: Sequence[Look], zero: float) -> tuple[Lane, ...]:
    """Who had the address, how many API servers and pods were ready, what etcd and the database were, who answered."""
    rows: tuple[tuple[str, str, Callable[[Look], State]], ...] = (
        ("vip", "Virtual IP", _holder),
        ("agents", "Health agents", _agents),
        ("apiservers", "API servers", _ready),
        ("etcd", "etcd", _etcd),
        ("galera", "Database", lambda look: _verdict(look, "galera")),
        ("autoscalers", "Autoscalers", _autoscalers),
        ("pods", "Pods", _pods),
    )
    return tuple(Lane(name=name, title=title, spans=tuple(_spans(looks, zero, state))) for name, title, state in rows)


def events(looks: Sequence[Look], zero: float, wall: Callable[[float], float]) -> tuple[Event, ...]:
    """What changed between two looks, and when kernels gained or lost the address, to the agents' own clocks.

    `wall`: the monotonic second of a time of day.
    """
    found = [*_moves(looks, zero, wall), *_changes(looks, zero), *_alerts(looks, zero)]
    return tuple(sorted(found, key=lambda event: (event.at, event.lane, event.text)))


def told(noted: Sequence[Noted], zero: float, wall: Callable[[float], float]) -> tuple[Event, ...]:
    """Events of Kubernetes; their clock is the cluster's."""
    return tuple(
        Event(at=round(wall(each.at) - zero, 3), lane="pods", text=each.text, source="Kubernetes") for each in noted
    )


def _spans(looks: Sequence[Look], zero: float, state: Callable[[Look], State]) -> Iterator[Span]:
    """Neighbours that say the same are one."""
    begun: tuple[float, State] | None = None
    for look in looks:
        here = state(look)
        if begun is not None and begun[1] != here:
            yield _span(begun, look.at, zero)
            begun = None
        begun = begun or (look.at, here)
    if begun is not None and looks[-1].at > begun[0]:
        yield _span(begun, looks[-1].at, zero)


def _span(begun: tuple[float, State], until: float, zero: float) -> Span:
    since, (text, tone) = begun
    return Span(since=round(since - zero, 3), until=round(until - zero, 3), text=text, tone=tone)


def _holder(look: Look) -> State:
    holders = look.holders()
    if len(holders) == 1:
        return holders[0], Tone.WELL
    if holders:
        return " and ".join(holders), Tone.DEGRADED
    silent = any(answer.sample is None for answer in look.agents.values())
    return ("not known", Tone.UNKNOWN) if silent else ("nobody", Tone.DOWN)


def _agents(look: Look) -> State:
    silent = [name for name, answer in look.agents.items() if answer.sample is None]
    if not silent:
        return "all answer", Tone.WELL
    whole = len(silent) == len(look.agents)
    return f"{', '.join(silent)} silent", Tone.DOWN if whole else Tone.DEGRADED


def _ready(look: Look) -> State:
    """A server is ready when some agent says so."""
    ready: dict[str, bool] = {}
    for answer in look.agents.values():
        if answer.sample is not None:
            for labels, value in answer.sample.all("hagen_apiserver_ready"):
                ready[labels["target"]] = ready.get(labels["target"], False) or value == 1
    expected = _expected(look)
    if not expected:
        return "not known", Tone.UNKNOWN
    well = sum(ready.values())
    return f"{well} of {expected} ready", Tone.WELL if well == expected else Tone.DEGRADED if well else Tone.DOWN


def _expected(look: Look) -> int:
    """Each control plane has an API server and a member of etcd."""
    known = [
        number
        for answer in look.agents.values()
        if answer.sample is not None and (number := answer.sample.one("hagen_etcd_members_expected")) is not None
    ]
    return int(max(known, default=0))


def _etcd(look: Look) -> State:
    text, tone = _verdict(look, "etcd")
    leader = look.leader()
    return (f"{text}, {leader} leads", tone) if leader and tone is not Tone.DOWN else (text, tone)


def _autoscalers(look: Look) -> State:
    said = [state for name, state in _known(look) if name.startswith("hpa ")]
    if not said:
        return "not known", Tone.UNKNOWN
    ill = sorted({state for state in said if state not in {"ok", "unknown"}})
    if ill:
        return ", ".join(ill), Tone.DEGRADED
    return ("ok", Tone.WELL) if "ok" in said else ("not known", Tone.UNKNOWN)


def _pods(look: Look) -> State:
    if look.pods is None or not look.pods.meant:
        return "not known", Tone.UNKNOWN
    ready, meant = look.pods.ready, look.pods.meant
    return f"{ready} of {meant} ready", Tone.WELL if ready == meant else Tone.DEGRADED if ready else Tone.DOWN


def _verdict(look: Look, name: str) -> State:
    """The worst that some agent knows."""
    said = {state for subject, state in _known(look) if subject == name}
    for state in _WORST:
        if state in said:
            return state, _TONES[state]
    return "not known", Tone.UNKNOWN


def _known(look: Look) -> list[tuple[str, str]]:
    return [
        pair
        for answer in look.agents.values()
        if answer.sample is not None
        for pair in answer.sample.verdicts().items()
    ]


def _moves(looks: Sequence[Look], zero: float, wall: Callable[[float], float]) -> Iterator[Event]:
    metric = "hagen_vip_last_transition_timestamp_seconds"
    for before, after in pairwise(looks):
        for name, answer in after.agents.items():
            if answer.sample is None or (stamp := answer.sample.one(metric)) is None:
                continue
            earlier = before.agents[name].sample
            if earlier is not None and earlier.one(metric) != stamp:
                has = answer.sample.yes("hagen_vip_assigned")
                text = f"{name} {'takes' if has else 'gives up'} the virtual IP"
                yield Event(at=round(wall(stamp) - zero, 3), lane="vip", text=text, source="netlink")


def _changes(looks: Sequence[Look], zero: float) -> Iterator[Event]:
    """Of verdicts, and of who leads etcd."""
    for before, after in pairwise(looks):
        at = round(after.at - zero, 3)
        for name in after.agents:
            old, new = before.agents[name].sample, after.agents[name].sample
            if old is None or new is None:
                continue
            was, now = old.verdicts(), new.verdicts()
            for subject in sorted(now):
                if was.get(subject) != now[subject]:
                    yield Event(
                        at=at, lane=_lane(subject), text=f"{subject} is {now[subject]}", source=f"agent on {name}"
                    )
        if after.leader() and before.leader() != after.leader():
            yield Event(at=at, lane="etcd", text=f"{after.leader()} leads etcd", source="agents")


def _alerts(looks: Sequence[Look], zero: float) -> Iterator[Event]:
    for before, after in pairwise(looks):
        for name, state in (after.alerts or {}).items():
            if (before.alerts or {}).get(name) != state:
                at = round(after.at - zero, 3)
                yield Event(at=at, lane="agents", text=f"{name} is {state}", source="Prometheus")


def _lane(subject: str) -> str:
    if subject.startswith(("vip", "keepalived")):
        return "vip"
    return "galera" if subject.startswith("galera") else "autoscalers" if subject.startswith("hpa") else subject
