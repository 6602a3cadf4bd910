"""What was seen at one moment, by everybody who was asked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from ..agents.reach import Answer
from ..agents.sample import Sample
from .cluster import Pods

KEPT: Final = frozenset({
    "hagen_apiserver_ready",
    "hagen_etcd_member_is_leader",
    "hagen_etcd_members_expected",
    "hagen_failover_bound_seconds",
    "hagen_hpa_condition_reason_info",
    "hagen_hpa_current_replicas",
    "hagen_hpa_desired_replicas",
    "hagen_hpa_max_replicas",
    "hagen_hpa_min_replicas",
    "hagen_hpa_status",
    "hagen_hpa_target_ready_replicas",
    "hagen_verdict",
    "hagen_vip_assigned",
    "hagen_vip_last_transition_timestamp_seconds",
})  # fmt: skip
"""What drills read of an agent's thousands of values: a load lasts half an hour, with five looks a second."""


@dataclass(frozen=True)
class Look:
    """`at`: monotonic second at which the agents had been asked. `alerts`, `pods` None: nobody could say."""

    at: float
    agents: Mapping[str, Answer]
    alerts: Mapping[str, str] | None = None
    pods: Pods | None = None

    def lean(self) -> "Look":
        """With what drills read, and nothing else."""
        return replace(self, agents={name: _lean(answer) for name, answer in self.agents.items()})

    def holders(self) -> list[str]:
        """Load balancers whose kernel has the virtual IP, as their own agents say."""
        return [
            name
            for name, answer in self.agents.items()
            if answer.sample is not None and answer.sample.yes("hagen_vip_assigned")
        ]

    def leader(self) -> str | None:
        """Of etcd, when all agents that know one name the same."""
        named = {
            leader
            for answer in self.agents.values()
            if answer.sample and (leader := answer.sample.leader()) is not None
        }
        return named.pop() if len(named) == 1 else None

    def bound(self, fault: str) -> float | None:
        """Seconds by the live settings: the longest that an agent computed. None when no agent did."""
        known = [
            bound
            for answer in self.agents.values()
            if answer.sample is not None and (bound := answer.sample.bound(fault)) is not None
        ]
        return max(known, default=None)

    def troubles(self) -> list[str]:
        """Why all is not well; empty when it is. What is not known is not well."""
        found = [text for name, answer in self.agents.items() for text in _complaints(name, answer)]
        holders = self.holders()
        if len(holders) != 1:
            found.append(f"the virtual IP is held by {', '.join(holders) or 'nobody that answers'}")
        return found

    def firing(self) -> list[str]:
        """Alerts that fire."""
        return [name for name, state in (self.alerts or {}).items() if state == "firing"]


def _lean(answer: Answer) -> Answer:
    if answer.sample is None:
        return answer
    kept = {name: values for name, values in answer.sample.metrics.items() if name in KEPT}
    return replace(answer, sample=Sample(kept))


def _complaints(name: str, answer: Answer) -> list[str]:
    if answer.sample is None:
        return [f"the agent on {name} does not answer: {answer.trouble}"]
    said = answer.sample.verdicts()
    if not said:
        return [f"the agent on {name} has no verdict yet"]
    return [f"{name} says: {subject} is {state}" for subject, state in said.items() if state != "ok"]
