"""A drill as it was played: attempts and looks that a test makes up, on the clock of which the first fault is 100."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from hagen.bootstrap.drills.clients import Database, Places, probes
from hagen.bootstrap.drills.conduct import Done, Played
from hagen.bootstrap.drills.drill import Drill, Order
from hagen.bootstrap.drills.load_balancer import DRILL
from hagen.bootstrap.drills.look import Look
from hagen.bootstrap.drills.report import Identity
from hagen.bootstrap.prober.records import Attempt, Outcome, Recording
from tests.bootstrap.drills.scenes import look, scene

IDENTITY = Identity(
    cluster="production", virtual_ip="10.196.35.30", kubernetes="1.36.2", hagen="0.1.0", revision="abc", configuration="def",
    operator="me@here", began="2026-01-01T00:00:00.000+00:00",
)  # fmt: skip
PLACES = Places(
    "10.196.35.30:6443", "http://10.196.35.30/", "client.local", Path("ca.crt"), Database("db", 3306, "u", "s")
)
ZERO = 100.0


def attempts(gap: tuple[float, float] | None = None, interval: float = 0.01, until: float = 20.0) -> list[Attempt]:
    """From 10 s before the fault on; those that begin within the gap (seconds after the fault) fail."""
    found = []
    for number in range(round((until + 10) / interval)):
        start = ZERO - 10 + number * interval
        failed = gap is not None and gap[0] <= round(start - ZERO, 6) < gap[1]
        found.append(Attempt(start, start + 0.002, Outcome.REFUSED if failed else Outcome.OK, "m1", number))
    return found


def looks(alerts: Mapping[str, str] | None = None, bound: float | None = 0.4) -> tuple[Look, ...]:
    """Each second: lb-1 has the address, is silent from the fault on, comes back after 6 s."""
    extra = "" if bound is None else f'hagen_failover_bound_seconds{{fault="load-balancer-off"}} {bound}\n'
    extra += 'hagen_failover_bound_seconds{fault="fail-back"} 0.1'
    found = []
    for second in range(-3, 12):
        away = 0 <= second < 6
        found.append(
            look(
                ZERO + second + 0.5,
                "k8s-lb-1" if second < 0 else "k8s-lb-2",
                silent=("k8s-lb-1",) if away else (),
                verdicts={"vip_holder": "unknown"} if away else {},
                alerts=alerts if away else None if alerts is None else {},
                extra=extra,
            )
        )
    return tuple(found)


def play(
    drill: Drill = DRILL,
    *,
    gap: tuple[float, float] | None = (0.0, 0.25),
    alerts: Mapping[str, str] | None = None,
    bound: float | None = 0.4,
    until: float = 20.0,
    **changes: object,
) -> Played:
    """Everything held, unless it is changed."""
    known: Sequence[Order] = tuple(drill.orders(scene()))
    done = tuple(Done(order, ZERO + 5 * number, ZERO + 5 * (number + 1)) for number, order in enumerate(known))
    plan = probes(PLACES, drill.clients, "run", Path("log"), drill.apart)
    recorded = {
        probe.name: attempts(gap if probe.kind == "new-connection" else None, probe.interval, until) for probe in plan
    }
    played = Played(
        drill=drill, scene=scene(), done=done, steady=(ZERO - 3, ZERO - 0.1), looks=looks(alerts, bound), probes=plan,
        recording=Recording(ZERO, 1_800_000_000.0, recorded), acknowledged=frozenset(), present=None, whole=ZERO + 11,
        troubles=(),
    )  # fmt: skip
    return replace(played, **changes)
