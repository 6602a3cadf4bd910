"""Views of a cluster: one of which everything is known, one of which nothing is; and an agent that shows them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hagen.agent.config import AgentConfig
from hagen.agent.exporter.sources import Heartbeat, View, WebState
from hagen.agent.health import judge
from hagen.agent.snapshot import (
    ApiServerReading,
    Autoscaler,
    Condition,
    EtcdMember,
    EtcdReading,
    GaleraNode,
    GaleraReading,
    HaproxyReading,
    HPAReading,
    Peer,
    Probes,
    Run,
    Snapshot,
    VIPReading,
    VRRPState,
)
from tests.agent.health.worlds import HPAS, NOW, configuration

PROBES = Probes(
    attempts=1000,
    failures=7,
    unavailable_seconds=0.64,
    longest_gap=0.7,
    latencies={0.01: 900, 0.1: 990, math.inf: 993},
    latency_sum=4.5,
)
VIP = VIPReading(
    assigned=True,
    gained=2,
    lost=1,
    last_transition=NOW - 100,
    responders=1,
    keepalived=True,
    state=VRRPState.MASTER,
    base_priority=254,
    effective_priority=254,
    became_master=2,
    adverts_received=10,
    adverts_sent=2000,
    advert_errors={"ttl": 0, "auth": 3},
    peers=(Peer("k8s-lb-2", answered=True, assigned=False),),
    probes={"new": PROBES, "kept": PROBES},
)
MEMBER = EtcdMember(
    alive=True,
    linearizable=True,
    has_leader=True,
    is_leader=False,
    leader_changes=3.0,
    proposals_failed=0.0,
    database_bytes=20480.0,
    quota_bytes=2147483648.0,
    peers={"a1": True, "b2": True},
    alarms=(),
)
NODE = GaleraNode(
    up=True,
    primary=True,
    ready=True,
    connected=True,
    state=4,
    cluster_size=3,
    view=("u", 7),
    flow_control_paused_seconds=0.25,
    receive_queue=0,
    last_committed=4711,
    certification_failures=1,
    brute_force_aborts=2,
)
SCALER = Autoscaler(
    present=True,
    conditions={
        "ScalingActive": Condition(status=True, reason="ValidMetricFound"),
        "AbleToScale": Condition(status=True, reason="ReadyForNewScale"),
        "ScalingLimited": Condition(status=False, reason="ALittleStrange"),
    },
    minimum=3,
    maximum=9,
    current=3,
    desired=3,
    ready=3,
    last_scale=NOW - 4000,
    targets={"cpu": (0.31, 0.7)},
)


@dataclass(frozen=True)
class Promises:
    """What the settings say, by hand."""

    bounds: Mapping[str, float] = field(default_factory=lambda: {"lb_host_dies": 0.4, "haproxy_dies": 2.0})
    findings: tuple[tuple[str, str], ...] = (("HL003", "Both have priority 254."), ("HL003", "Both have priority 253."))


def seen(snapshot: Snapshot, config: AgentConfig | None = None) -> View:
    config = config or configuration()
    return View(config, snapshot, judge(config, snapshot))


def nothing() -> View:
    """Before the first run of any collector."""
    return seen(Snapshot(NOW))


def everything(config: AgentConfig | None = None) -> View:
    """All is well, and everything is known."""
    config = config or configuration()
    members = {member.name: MEMBER for member in config.etcd.members}
    snapshot = Snapshot(
        time=NOW,
        vip=VIP,
        haproxy=HaproxyReading(answers=True, servers={"apiservers/k8s-master-1": True, "apiservers/k8s-master-2": False, "stats/x": None}),
        apiserver=ApiServerReading({"k8s-master-1": True, "k8s-master-2": False, "k8s-master-3": None}, endpoint=True),
        etcd=EtcdReading(members),
        galera=GaleraReading(
            {f"app-pxc-{number}": NODE for number in range(3)}, resource_state="ready", resource_ready={"pxc": (3, 3)}, operator_renewed=NOW
        ),
        hpa=HPAReading(dict.fromkeys(HPAS, SCALER)),
        runs={"vip": Run(success=True, duration=0.02, last_success=NOW - 1, timeouts=1), "hpa": Run(success=False, problem="<refused> & gone")},
    )  # fmt: skip
    web = WebState(configured=True, certificate_expiry=NOW + 1000, connections={"answered": 3})
    return View(config, snapshot, judge(config, snapshot), Promises(), {"kubernetes": NOW + 86400}, web)


class Agent:
    """Sources that say what they are told."""

    def __init__(self, view: View | None = None) -> None:
        self.shown = view or everything()
        self.beats: dict[str, Heartbeat] = {"vip": Heartbeat(1.0, 10.0)}
        self.views = 0

    def view(self) -> View:
        self.views += 1
        return self.shown

    def heartbeat(self) -> Mapping[str, Heartbeat]:
        return self.beats


FILES = Path(__file__).parent / "web"
