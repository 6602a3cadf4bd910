"""What was seen of clients, the address, alerts and writes, as a report shows it. Pure."""

from collections.abc import Sequence
from itertools import pairwise

from ..prober.analysis import longest_silence, summarise
from ..prober.gaps import in_window
from ..prober.records import Attempt
from .clients import TITLES, Probe
from .conduct import Played
from .report import Address, Alert, Writes, rounded
from .report import Probe as Shown

PAUSE = 0.1
"""A kept connection or a writer that hears nothing for longer, and for two of its intervals, has a gap."""


def shown(probe: Probe, attempts: Sequence[Attempt], window: tuple[float, float], zero: float) -> Shown:
    """One client, within a window, relative to `zero`."""
    since, until = window
    seen = summarise(attempts, since, until, probe.interval)
    serial = probe.kind != "new-connection"
    pause = max(PAUSE, 2 * probe.interval)
    gaps = _silences(attempts, since, until, pause) if serial else [(gap.start, gap.length) for gap in seen.gaps]
    return Shown(
        name=probe.name,
        title=TITLES.get(probe.name, probe.name),
        kind=probe.kind,
        interval=probe.interval,
        resolution=rounded(seen.resolution),
        attempts=seen.attempts,
        failures=seen.failures,
        kinds=seen.kinds,
        longest=rounded(longest_silence(attempts, since, until) if serial else seen.longest_gap),
        unavailable=rounded(sum(length for _, length in gaps)),
        gaps=tuple((rounded(start - zero), rounded(length)) for start, length in gaps),
        median=_known(seen.latency_median),
        p99=_known(seen.latency_p99),
        worst=_known(seen.latency_worst),
        samples=tuple(
            (rounded(each.start - zero), round(each.end - each.start, 4), str(each.outcome))
            for each in in_window(attempts, since, until)
        ),
    )


def _silences(attempts: Sequence[Attempt], since: float, until: float, pause: float) -> list[tuple[float, float]]:
    """Times of more than `pause` without an answer: start and length."""
    answered = [since, *sorted(each.end for each in attempts if each.ok and since <= each.end <= until), until]
    return [(before, after - before) for before, after in pairwise(answered) if after - before > pause]


def address(played: Played) -> Address:
    """By the looks: who held it, and how often somebody took it."""
    many, moves, owners = 0.0, 0, {played.scene.holder}
    apart = 0.0
    for before, after in pairwise(played.looks):
        apart = max(apart, after.at - before.at)
        holders = set(after.holders())
        many += after.at - before.at if len(holders) > 1 else 0.0
        moves += len(holders - owners)
        owners = holders or owners
    return Address(held_by_many=rounded(many), moves=moves, resolution=rounded(apart))


def alerts(played: Played) -> tuple[Alert, ...] | None:
    """Those that came since the first fault, and those that had to. None: nobody could say."""
    drill, zero = played.drill, played.done[0].began
    if not drill.judges_alerts or all(look.alerts is None for look in played.looks):
        return None
    names = {name for look in played.looks for name in look.alerts or {} if look.at >= zero} | drill.alerts
    earlier = {name for look in played.looks if look.at < zero for name in look.alerts or {}}
    return tuple(
        Alert(
            name=name,
            expected=name in drill.alerts,
            allowed=name in drill.alerts | drill.may | earlier,
            earlier=name in earlier,
            raised=_raised(played, name),
            pending=_first(played, name, zero, {"pending", "firing"}),
            firing=_first(played, name, zero, {"firing"}),
        )
        for name in sorted(names)
    )


def _raised(played: Played, name: str) -> bool:
    repairs = [done.began for done in played.done if not done.order.breaks]
    before = [look for look in played.looks if look.at < min(repairs, default=played.looks[-1].at)]
    firing = any((look.alerts or {}).get(name) == "firing" for look in played.looks if look.at >= played.done[0].began)
    return firing or name in (before[-1].alerts or {})


def _first(played: Played, name: str, zero: float, states: set[str]) -> float | None:
    seen = [look.at for look in played.looks if look.at >= zero and (look.alerts or {}).get(name) in states]
    return rounded(seen[0] - zero) if seen else None


def writes(played: Played) -> Writes | None:
    """What became of them. None: it cannot be told."""
    if played.present is None:
        return None
    mine = played.acknowledged
    return Writes(
        acknowledged=len(mine),
        missing={node: None if has is None else len(mine - has) for node, has in played.present.items()},
        unacknowledged={node: None if has is None else len(has - mine) for node, has in played.present.items()},
    )


def _known(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
