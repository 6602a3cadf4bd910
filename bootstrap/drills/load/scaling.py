"""What an autoscaler did, from what the agents said of it. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from ...agents.sample import Sample
from ..look import Look

_USUAL: Final = "server"
_CURRENT: Final = "hagen_hpa_current_replicas"


@dataclass(frozen=True)
class Autoscaler:
    """Its name and its bounds."""

    namespace: str
    name: str
    minimum: int
    maximum: int

    @property
    def labels(self) -> dict[str, str]:
        """Its own among the agents' metrics."""
        return {"namespace": self.namespace, "hpa": self.name}


@dataclass(frozen=True)
class Pods:
    """At one moment (monotonic second): how many there are, are wanted, are ready. None: nobody knows."""

    at: float
    current: float | None
    desired: float | None
    ready: float | None


@dataclass(frozen=True)
class Reason:
    """A condition with its reason, from this moment on."""

    at: float
    condition: str
    reason: str


def autoscaler(look: Look) -> Autoscaler | None:
    """The server's, or the only one. None when no agent knows its bounds."""
    for sample in _samples(look):
        known = [(found["namespace"], found["hpa"]) for found, _ in sample.all("hagen_hpa_max_replicas")]
        mine = [each for each in known if each[1] == _USUAL] or known
        if len(mine) == 1:
            labels = {"namespace": mine[0][0], "hpa": mine[0][1]}
            least, most = (sample.one(f"hagen_hpa_{bound}_replicas", **labels) for bound in ("min", "max"))
            if least is not None and most is not None:
                return Autoscaler(*mine[0], int(least), int(most))
    return None


def pods(looks: Sequence[Look], of: Autoscaler) -> tuple[Pods, ...]:
    """Whenever it changed, and the last moment."""
    seen = [_pods(look, of) for look in looks]
    changed = [
        now
        for before, now in pairwise(seen)
        if (before.current, before.desired, before.ready) != (now.current, now.desired, now.ready)
    ]
    return tuple(dict.fromkeys([*seen[:1], *changed, *seen[-1:]]))


def reasons(looks: Sequence[Look], of: Autoscaler) -> Iterator[Reason]:
    """Each reason that a condition had, when it came."""
    had: dict[str, str] = {}
    for look in looks:
        for condition, reason in _reasons(look, of).items():
            if had.get(condition) != reason:
                yield Reason(look.at, condition, reason)
            had[condition] = reason


def _pods(look: Look, of: Autoscaler) -> Pods:
    """Of the first agent that knows: two of them look at different moments, and would make a line jump."""
    for sample in _samples(look):
        if (current := sample.one(_CURRENT, **of.labels)) is not None:
            desired = sample.one("hagen_hpa_desired_replicas", **of.labels)
            return Pods(look.at, current, desired, sample.one("hagen_hpa_target_ready_replicas", **of.labels))
    return Pods(look.at, None, None, None)


def _reasons(look: Look, of: Autoscaler) -> dict[str, str]:
    for sample in _samples(look):
        if found := list(sample.all("hagen_hpa_condition_reason_info", **of.labels)):
            return {labels["condition"]: labels["reason"] for labels, _ in found}
    return {}


def _samples(look: Look) -> Iterator[Sample]:
    for answer in look.agents.values():
        if answer.sample is not None:
            yield answer.sample
