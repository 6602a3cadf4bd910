"""Whether each HorizontalPodAutoscaler sees and acts.

The controller states three conditions. ScalingActive is false when it gets no metrics (blind) or when its target is
scaled to zero (reason ScalingDisabled, which is somebody's will). AbleToScale is false when it cannot read or change
the scale. ScalingLimited is true whenever a limit holds the number back: at the minimum that is rest, and with
ScaleUpLimit it is the pace; only TooManyReplicas says that more is wanted than is allowed (capped). It is stuck when
it cannot change the scale, or when what it asked for has still not come a while after it last asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ..config import AgentConfig
from ..snapshot import Autoscaler, HPAReading
from .verdict import State, Verdict, some

PATIENCE = 900.0  # seconds until replicas that were asked for should be there
ACTIVE, ABLE, LIMITED = "ScalingActive", "AbleToScale", "ScalingLimited"
_DISABLED, _CAPPED = "ScalingDisabled", "TooManyReplicas"


class HPAStatus(StrEnum):
    """What is to be said first of an autoscaler."""

    HEALTHY = "healthy"
    ABSENT = "absent"
    BLIND = "blind"
    DISABLED = "disabled"
    STUCK = "stuck"
    CAPPED = "capped"


_REASONS = {
    HPAStatus.HEALTHY: "It sees its metrics and has what it asked for.",
    HPAStatus.ABSENT: "The cluster has no such autoscaler.",
    HPAStatus.BLIND: "It gets no metrics and does not scale",
    HPAStatus.DISABLED: "Its target is scaled to zero, so it does not scale.",
    HPAStatus.STUCK: "It cannot change the scale, or what it asked for does not come.",
    HPAStatus.CAPPED: "It wants more replicas than its maximum allows.",
}


@dataclass(frozen=True)
class HPAHealth:
    """One autoscaler. `status` None: unknown."""

    status: HPAStatus | None
    verdict: Verdict


def judge_hpa(config: AgentConfig, reading: HPAReading | None, now: float) -> Mapping[str, HPAHealth]:
    """Every configured autoscaler, by "namespace/name". `now`: the snapshot's time."""
    found = reading.autoscalers if reading else {}
    names = [f"{autoscaler.namespace}/{autoscaler.name}" for autoscaler in config.autoscalers]
    return {name: _judge(name, found.get(name), now) for name in names}


def _judge(name: str, autoscaler: Autoscaler | None, now: float) -> HPAHealth:
    subject = f"hpa {name}"
    status = status_of(autoscaler, now) if autoscaler else None
    if autoscaler is None or status is None:
        return HPAHealth(None, Verdict(subject, State.UNKNOWN, "Not everything about it could be read."))
    reason = _REASONS[status]
    if status is HPAStatus.BLIND:
        reason += f": {autoscaler.conditions[ACTIVE].reason or 'no reason given'}."
    state = State.OK if status is HPAStatus.HEALTHY else State.DEGRADED
    return HPAHealth(status, Verdict(subject, state, reason))


def status_of(autoscaler: Autoscaler, now: float) -> HPAStatus | None:
    """The gravest that is certain; healthy only when nothing is left open."""
    if not autoscaler.present:
        return HPAStatus.ABSENT
    active, able, limited = (autoscaler.conditions.get(kind) for kind in (ACTIVE, ABLE, LIMITED))
    blind = None if active is None or active.status is None else not active.status
    capped = None if limited is None or limited.status is None else limited.status and limited.reason == _CAPPED
    unable = None if able is None or able.status is None else not able.status
    if blind and active is not None:
        return HPAStatus.DISABLED if active.reason == _DISABLED else HPAStatus.BLIND
    stuck = some((unable, _waits(autoscaler, now)))
    if stuck:
        return HPAStatus.STUCK
    if capped:
        return HPAStatus.CAPPED
    return None if None in {blind, stuck, capped} else HPAStatus.HEALTHY


def _waits(autoscaler: Autoscaler, now: float) -> bool | None:
    """Whether replicas are missing, or too many, for longer than patience lasts."""
    if autoscaler.desired is None:
        return None
    differs = None if autoscaler.current is None else autoscaler.current != autoscaler.desired
    short = None if autoscaler.ready is None else autoscaler.ready < autoscaler.desired
    off = some((differs, short))
    if not off:
        return off
    return None if autoscaler.last_scale is None else now - autoscaler.last_scale > PATIENCE
