"""Judgement: from what the collectors saw to verdicts. Pure: no I/O, no clock, the same answer for the same snapshot.

Unknown is a value of its own. A verdict is given as soon as nothing that is unknown could change its state, and is
unknown until then. Of two snapshots that differ only in that one knows less, the poorer one therefore has the same
verdict or unknown: forgetting never turns critical into degraded, or anything into ok. ("Not worse" in the order ok,
degraded, unknown, critical would be too weak a law in one place and too strong in another: critical needs evidence, so
without the evidence it has to become unknown.) There is one deliberate exception, and it is to the worse: an API server
that is ready speaks against a loss of etcd's quorum; unheard, it cannot (see etcd).

Nothing is called down on one word: that nobody answers the agent may be the agent's own fault. Each module says who the
second witness is.
"""

from dataclasses import dataclass

from ..config import AgentConfig
from ..snapshot import Snapshot
from .etcd import EtcdHealth, judge_etcd
from .galera import GaleraHealth, judge_galera
from .hpa import HPAHealth, HPAStatus, judge_hpa
from .verdict import State, Verdict, worst
from .vip import VIPHealth, judge_vip

__all__ = [
    "EtcdHealth",
    "GaleraHealth",
    "HPAHealth",
    "HPAStatus",
    "Health",
    "State",
    "VIPHealth",
    "Verdict",
    "judge",
    "worst",
]


@dataclass(frozen=True)
class Health:
    """Every verdict, with the facts behind it. `hpa`: by "namespace/name"."""

    vip: VIPHealth
    etcd: EtcdHealth
    galera: GaleraHealth
    hpa: dict[str, HPAHealth]

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """All of them, in the order in which a person reads them."""
        autoscalers = tuple(health.verdict for health in self.hpa.values())
        return self.vip.verdicts + self.etcd.verdicts + self.galera.verdicts + autoscalers

    @property
    def worst(self) -> State:
        """The worst of all verdicts."""
        return worst(verdict.state for verdict in self.verdicts)


def judge(config: AgentConfig, snapshot: Snapshot) -> Health:
    """The verdicts on a snapshot."""
    return Health(
        vip=judge_vip(config, snapshot.vip),
        etcd=judge_etcd(config, snapshot.etcd, snapshot.apiserver),
        galera=judge_galera(config, snapshot.galera, snapshot.time),
        hpa=dict(judge_hpa(config, snapshot.hpa, snapshot.time)),
    )
