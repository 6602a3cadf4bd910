"""What was to be reached, beside what was. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.testbed.failover.figures import SIDES, Line, Sides, Spread

# Milliseconds from one health check of an API server to the next, as rendered (`inter`); a test compares.
CHECK_INTERVAL = 250


@dataclass(frozen=True)
class Target:
    """`limit`: milliseconds, for the median. `moment`: empty for the fault itself. `traffic`: empty for each."""

    title: str
    limit: int
    fault: str
    value: Callable[[Line], Sides]
    moment: str = ""
    traffic: str = ""


@dataclass(frozen=True)
class Outcome:
    """A target, the figures of both sides (the traffic that fared worst), and whether it is reached (None: unknown)."""

    title: str
    limit: str
    found: Sides
    reached: bool | None
    remark: str = ""


def gap_of(line: Line) -> Sides:
    """The gap of new connections, or of writes."""
    return line.gap


def _last(line: Line) -> Sides:
    return line.last_failure


def _rotation(line: Line) -> Sides:
    return line.rotation


_INTERVAL = "API requests fail within one check interval"
TARGETS = (
    Target("load balancer powered off: gap", 350, "load-balancer-off", gap_of),
    Target("haproxy crashes, restarted: gap", 100, "haproxy-crashes", gap_of),
    Target("haproxy crashes and stays dead: gap", 100, "haproxy-crashes-for-good", gap_of),
    Target("keepalived stopped: gap", 100, "keepalived-stopped", gap_of),
    Target("API server hangs: out of rotation", 1500, "apiserver-hangs", _rotation),
    Target(f"control plane (etcd follower) off: {_INTERVAL}", CHECK_INTERVAL, "control-plane-off", _last),
    Target(f"control plane (etcd leader) off: {_INTERVAL}", CHECK_INTERVAL, "control-plane-leader-off", _last),
    Target("database node powered off: writes resume", 8000, "worker-off", gap_of, traffic="database"),
    Target(
        "cut healed: last failure before the remaining owner serves", 1000, "load-balancer-cut-off", _last, "healed"
    ),
    Target("partition healed: the same", 1000, "load-balancers-apart", _last, "healed"),
)


def outcomes(lines: Sequence[Line], stress: Sequence[Mapping[str, Any]]) -> list[Outcome]:
    """Every target, in the order of its declaration; then lost writes and moves under stress."""
    return [*(_outcome(target, lines) for target in TARGETS), _writes(lines), _moves(stress)]


def concerns(target: Target, line: Line) -> bool:
    """The target is one for this fault, moment and traffic."""
    here = line.moment == target.moment if target.moment else ":" not in line.title
    return line.fault == target.fault and here and target.traffic in {"", line.traffic}


def _outcome(target: Target, lines: Sequence[Line]) -> Outcome:
    mine = [line for line in lines if concerns(target, line)]
    limit = f"{target.limit} ms"
    measured = [line for line in mine if "hagen" in line.gap]
    if not measured:
        return Outcome(target.title, limit, {}, None, "not measured")
    values = [target.value(line) for line in mine]
    found = {side: worst for side in SIDES if (worst := _worst(values, side))}
    if "hagen" not in found:  # it was watched, and no request failed
        return Outcome(target.title, limit, found, reached=True, remark="no request failed")
    ours = found["hagen"]
    reached = ours.median <= target.limit and not ours.open
    above = "the worst run is above" if reached and ours.worst > target.limit else ""
    return Outcome(target.title, limit, found, reached, above)


def _worst(found: Sequence[Sides], side: str) -> Spread | None:
    return max((sides[side] for sides in found if side in sides), key=lambda value: value.median, default=None)


def _writes(lines: Sequence[Line]) -> Outcome:
    lost = [line.lost["hagen"] for line in lines if line.traffic == "database" and "hagen" in line.lost]
    remark = f"{max(lost)} lost in the worst run" if lost else "not measured"
    return Outcome("acknowledged writes that a node lacks", "0", {}, max(lost) == 0 if lost else None, remark)


def _moves(stress: Sequence[Mapping[str, Any]]) -> Outcome:
    long = [run for run in stress if run["seconds"] >= 180]
    moves = [int(run["moves"]) for run in long]
    remark = f"runs: {len(long)}, moves: {', '.join(map(str, moves))}" if long else "not measured"
    return Outcome("180 s of stress: the address moves", "0 times", {}, not any(moves) if long else None, remark)
