"""What each verdict says, case by case: the state, and the sentence that a person reads."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from hagen.agent.health import HPAStatus, State, judge
from hagen.agent.health.vip import master_down_interval
from hagen.agent.snapshot import (
    ApiServerReading,
    Autoscaler,
    Condition,
    EtcdMember,
    EtcdReading,
    GaleraNode,
    GaleraReading,
    HPAReading,
    Peer,
    Snapshot,
    VIPReading,
    VRRPState,
)
from tests.agent.health.worlds import NOW, configuration

CONFIG = configuration()
OK, DEGRADED, UNKNOWN, CRITICAL = State


def check(snapshot: Snapshot, name: str, state: State, reason: str) -> None:
    (verdict,) = [verdict for verdict in judge(CONFIG, snapshot).verdicts if verdict.name == name]
    assert (verdict.state, verdict.reason) == (state, reason)


PEER = Peer("k8s-lb-2", answered=True, assigned=False)
HOLDER = VIPReading(
    assigned=True, keepalived=True, state=VRRPState.MASTER, base_priority=254, effective_priority=254, peers=(PEER,)
)
BACKUP = VIPReading(
    assigned=False, responders=1, keepalived=True, state=VRRPState.BACKUP, base_priority=253, effective_priority=253,
    peers=(replace(PEER, assigned=True),),
)  # fmt: skip

VIP: Mapping[str, tuple[VIPReading | None, str, State, str]] = {
    "here": (HOLDER, "vip_holder", OK, "this host has the address, and no other load balancer."),
    "at the peer": (BACKUP, "vip_holder", OK, "k8s-lb-2 has the address, and no other load balancer."),
    "nowhere": (replace(HOLDER, assigned=False), "vip_holder", CRITICAL, "No load balancer has the address: all were asked."),
    "twice": (replace(HOLDER, peers=(replace(PEER, assigned=True),)), "vip_holder", CRITICAL, "k8s-lb-2 and this host have the address at the same time."),
    "peer silent": (replace(HOLDER, peers=(Peer("k8s-lb-2", answered=False),)), "vip_holder", UNKNOWN, "this host has the address; nothing is known of k8s-lb-2."),
    "peer forgotten": (replace(HOLDER, peers=()), "vip_holder", UNKNOWN, "this host has the address; nothing is known of another load balancer."),
    "nobody, peer silent": (replace(BACKUP, peers=(Peer("k8s-lb-2", answered=False),)), "vip_holder", UNKNOWN, "Nobody that was asked has the address; nothing is known of k8s-lb-2."),
    "nothing known": (None, "vip_holder", UNKNOWN, "Nobody that was asked has the address; nothing is known of another load balancer and this host."),
    "one answers ARP": (BACKUP, "vip_split_brain", OK, "No witness has seen two holders."),
    "two answer ARP": (replace(BACKUP, responders=2), "vip_split_brain", CRITICAL, "2 hosts answer ARP for the address."),
    "two answer ARP, peer silent": (replace(BACKUP, responders=2, peers=()), "vip_split_brain", CRITICAL, "2 hosts answer ARP for the address."),
    "two kernels": (replace(HOLDER, peers=(replace(PEER, assigned=True),)), "vip_split_brain", CRITICAL, "The kernels of k8s-lb-2 and this host have the address."),
    "ARP not asked": (replace(BACKUP, responders=None), "vip_split_brain", UNKNOWN, "Not every witness could be asked, and none has seen two holders."),
    "the holder asks no ARP": (HOLDER, "vip_split_brain", OK, "No witness has seen two holders."),
    "killed keepalived": (replace(HOLDER, keepalived=False, state=None), "vip_orphan", CRITICAL, "The kernel has the address, and keepalived is dead."),
    "backup with the address": (replace(HOLDER, state=VRRPState.BACKUP), "vip_orphan", CRITICAL, "The kernel has the address, and keepalived says backup."),
    "keepalived not asked": (replace(HOLDER, keepalived=None), "vip_orphan", UNKNOWN, "Whether keepalived stands behind the address here is not known."),
    "address elsewhere": (replace(BACKUP, keepalived=False, state=None), "vip_orphan", OK, "The address is not here."),
    "no orphan": (HOLDER, "vip_orphan", OK, "keepalived stands behind the address."),
    "well": (HOLDER, "keepalived", OK, "keepalived is alive and says master, as the kernel does."),
    "dead": (replace(BACKUP, keepalived=False, state=None), "keepalived", DEGRADED, "keepalived is dead: this host takes nothing over."),
    "fault": (replace(BACKUP, state=VRRPState.FAULT), "keepalived", DEGRADED, "keepalived is in fault: this host takes nothing over."),
    "starting": (replace(BACKUP, state=VRRPState.INIT), "keepalived", DEGRADED, "keepalived is still starting."),
    "master without the address": (replace(BACKUP, state=VRRPState.MASTER), "keepalived", DEGRADED, "keepalived and the kernel contradict each other about the address."),
    "lower priority": (replace(HOLDER, effective_priority=200), "keepalived", DEGRADED, "A check of keepalived fails here and has lowered its priority."),
    "no priorities": (replace(HOLDER, base_priority=None), "keepalived", UNKNOWN, "keepalived could not be asked about everything."),
}  # fmt: skip


@pytest.mark.parametrize("case", VIP)
def test_the_virtual_ip(case: str) -> None:
    reading, name, state, reason = VIP[case]
    check(Snapshot(NOW, vip=reading), name, state, reason)


def test_the_master_down_interval_is_that_of_vrrp() -> None:
    """RFC 9568: 3 adverts and the skew. 100 ms, priority 253."""
    assert master_down_interval(CONFIG, 253) == pytest.approx(0.3 + 3 * 0.1 / 256)
    assert judge(CONFIG, Snapshot(NOW, vip=BACKUP)).vip.master_down_interval == master_down_interval(CONFIG, 253)


GOOD = EtcdMember(alive=True, linearizable=True, has_leader=True, peers={"a": True, "b": True}, alarms=())
DEAD = EtcdMember(alive=False)
LEADERLESS = EtcdMember(alive=True, linearizable=False, has_leader=False)
ALONE = EtcdMember(alive=True, linearizable=False, peers={"a": False, "b": False})
STUCK = EtcdMember(alive=True, linearizable=False)
LEADS = replace(GOOD, is_leader=True, peers={})
NO_API = ApiServerReading(dict.fromkeys(("k8s-master-1", "k8s-master-2", "k8s-master-3"), False), endpoint=False)

ETCD: Mapping[str, tuple[tuple[EtcdMember | None, ...], ApiServerReading | None, State, str]] = {
    "all": ((GOOD, GOOD, GOOD), None, OK, "All 3 members answer linearizable reads; 1 more may fail."),
    "one dead": ((GOOD, GOOD, DEAD), None, DEGRADED, "2 of 3 members answer linearizable reads, 2 are needed; no more may fail; not in order: k8s-master-3."),
    "one unknown": ((GOOD, GOOD, None), None, UNKNOWN, "There is a quorum, but nothing is known of k8s-master-3: 2 of 3 members answer linearizable reads, 2 are needed."),
    "two dead, one without a leader": ((LEADERLESS, DEAD, DEAD), None, CRITICAL, "No quorum: 0 of 3 members answer linearizable reads, 2 are needed; a second witness agrees; not in order: k8s-master-1, k8s-master-2 and k8s-master-3."),
    "two dead, one alone": ((ALONE, DEAD, DEAD), None, CRITICAL, "No quorum: 0 of 3 members answer linearizable reads, 2 are needed; a second witness agrees; not in order: k8s-master-1, k8s-master-2 and k8s-master-3."),
    "all dead, the API says no": ((DEAD, DEAD, DEAD), NO_API, CRITICAL, "No quorum: 0 of 3 members answer linearizable reads, 2 are needed; a second witness agrees; not in order: k8s-master-1, k8s-master-2 and k8s-master-3."),
    "all dead, nobody else asked": ((DEAD, DEAD, DEAD), None, UNKNOWN, "Whether there is a quorum is not known: 0 of 3 members answer linearizable reads, 2 are needed."),
    "all dead, an API server is ready": ((DEAD, DEAD, DEAD), ApiServerReading({"k8s-master-1": True, "k8s-master-2": False}), UNKNOWN, "Whether there is a quorum is not known: 0 of 3 members answer linearizable reads, 2 are needed."),
    "two dead, one slow": ((STUCK, DEAD, DEAD), None, UNKNOWN, "Whether there is a quorum is not known: 0 of 3 members answer linearizable reads, 2 are needed."),
    "two unknown": ((GOOD, None, None), NO_API, UNKNOWN, "Whether there is a quorum is not known: 1 of 3 members answer linearizable reads, 2 are needed."),
    "each a cluster of its own": ((LEADS, LEADS, LEADS), None, UNKNOWN, "3 of 3 members lead, in clusters of their own or in turn: nothing is proven."),
    "no word of alarms": ((GOOD, GOOD, replace(GOOD, alarms=None)), None, UNKNOWN, "There is a quorum, but whether k8s-master-3 knows of an alarm is not known: 3 of 3 members answer linearizable reads, 2 are needed."),
    "no space": ((GOOD, GOOD, replace(GOOD, alarms=("NOSPACE",))), None, CRITICAL, "Alarm NOSPACE is raised: etcd refuses writes until it is cleared."),
}  # fmt: skip


@pytest.mark.parametrize("case", ETCD)
def test_etcd(case: str) -> None:
    members, apiserver, state, reason = ETCD[case]
    found = {f"k8s-master-{number}": member for number, member in enumerate(members, start=1) if member is not None}
    check(Snapshot(NOW, etcd=EtcdReading(found), apiserver=apiserver), "etcd", state, reason)


def test_a_stranger_among_the_members_counts_for_nothing() -> None:
    found = {"k8s-master-1": GOOD, "stranger": GOOD, "another": GOOD}
    health = judge(CONFIG, Snapshot(NOW, etcd=EtcdReading(found))).etcd
    assert (health.quorum, health.good) == (None, ("k8s-master-1",))


SYNCED = GaleraNode(up=True, primary=True, ready=True, connected=True, state=4, cluster_size=3, view=("a", 7))
OFF = GaleraNode(up=False, problem="refused")
LOST = GaleraNode(up=True, primary=False, ready=False, connected=True, cluster_size=1)
MUTE = GaleraNode(up=True, problem="1045 Access denied")


def database(*nodes: GaleraNode | None, **more: Any) -> GaleraReading:
    """None: a pod that the question did not get to."""
    named = {f"app-pxc-{number}": node for number, node in enumerate(nodes)}
    unasked = {name: "?" for name, node in named.items() if node is None}
    return GaleraReading({name: node for name, node in named.items() if node is not None}, unasked, **more)


def two(view: tuple[str, int] = ("a", 7), size: int = 2) -> GaleraNode:
    return replace(SYNCED, view=view, cluster_size=size)


NO_READY = {"resource_ready": {"pxc": (1, 3)}}
GALERA: Mapping[str, tuple[GaleraReading | None, str, State, str]] = {
    "all": (database(SYNCED, SYNCED, SYNCED), "galera", OK, "All 3 nodes are synced in one primary component; 1 more may fail."),
    "one off": (database(two(), two(), OFF), "galera", DEGRADED, "There is a primary component, no more may fail; not in order: app-pxc-2."),
    "views differ": (database(SYNCED, SYNCED, replace(SYNCED, view=("a", 8))), "galera", UNKNOWN, "All 3 nodes are primary; whether in one component is not known."),
    "a view is unknown": (database(SYNCED, SYNCED, replace(SYNCED, view=None)), "galera", UNKNOWN, "All 3 nodes are primary; whether in one component is not known."),
    "histories differ": (database(SYNCED, SYNCED, replace(SYNCED, view=("b", 7))), "galera", DEGRADED, "There are 2 primary components, and how many may fail is not known."),
    "one joining": (database(SYNCED, SYNCED, replace(SYNCED, state=1, ready=False)), "galera", DEGRADED, "There is a primary component, 1 more may fail; not in order: app-pxc-2."),
    "one pod missing": (database(two(), two()), "galera", DEGRADED, "The primary component lacks some of 3 nodes; no more may fail."),
    "one unasked": (database(SYNCED, SYNCED, None), "galera", UNKNOWN, "There is a primary component, 1 more may fail; not all is known of its nodes."),
    "sizes differ": (database(SYNCED, replace(SYNCED, cluster_size=2), SYNCED), "galera", DEGRADED, "The primary component lacks some of 3 nodes; how many may fail is not known."),
    "quorum lost": (database(LOST, OFF, OFF), "galera", CRITICAL, "No node is in a primary component: nothing is written."),
    "all off, nobody agrees": (database(OFF, OFF, OFF), "galera", UNKNOWN, "No node said that it is in a primary component, and not all could say."),
    "all off, the probes agree": (database(OFF, OFF, OFF, operator_renewed=NOW - 5, **NO_READY), "galera", CRITICAL, "No node is in a primary component: nothing is written."),
    "all off, the probes of another time agree": (database(OFF, OFF, OFF, operator_renewed=NOW + 600, **NO_READY), "galera", UNKNOWN, "No node said that it is in a primary component, and not all could say."),
    "all off, the probes of yore agree": (database(OFF, OFF, OFF, operator_renewed=NOW - 600, **NO_READY), "galera", UNKNOWN, "No node said that it is in a primary component, and not all could say."),
    "login refused": (database(LOST, MUTE, OFF), "galera", UNKNOWN, "No node said that it is in a primary component, and not all could say."),
    "lost, one unasked": (database(LOST, LOST, None), "galera", UNKNOWN, "No node said that it is in a primary component, and not all could say."),
    "no pods": (database(), "galera", UNKNOWN, "No node said that it is in a primary component, and not all could say."),
    "no pods, and the probes agree": (database(operator_renewed=NOW - 5, **NO_READY), "galera", CRITICAL, "No node is in a primary component: nothing is written."),
    "no pods, no two components": (database(operator_renewed=NOW - 5, **NO_READY), "galera_split_brain", OK, "No two nodes are in different primary components."),
    "no pods, and no witness": (database(), "galera_split_brain", UNKNOWN, "Not every node's view is known, or it is just changing."),
    "nothing known": (None, "galera", UNKNOWN, "No node could be read."),
    "one component": (database(SYNCED, SYNCED, SYNCED), "galera_split_brain", OK, "No two nodes are in different primary components."),
    "two histories": (database(SYNCED, SYNCED, replace(SYNCED, view=("b", 1))), "galera_split_brain", CRITICAL, "2 primary components take writes of their own."),
    "two halves of one history": (database(two(), two(), two(("a", 8), 1)), "galera_split_brain", CRITICAL, "2 primary components take writes of their own."),
    "a change under way": (database(SYNCED, SYNCED, two(("a", 8), 2)), "galera_split_brain", UNKNOWN, "Not every node's view is known, or it is just changing."),
    "a view unknown": (database(SYNCED, SYNCED, replace(SYNCED, view=None)), "galera_split_brain", UNKNOWN, "Not every node's view is known, or it is just changing."),
    "no component": (database(LOST, OFF, OFF), "galera_split_brain", OK, "No two nodes are in different primary components."),
}  # fmt: skip


@pytest.mark.parametrize("case", GALERA)
def test_galera(case: str) -> None:
    reading, name, state, reason = GALERA[case]
    check(Snapshot(NOW, galera=reading), name, state, reason)


def test_nodes_that_serve_old_data_are_named() -> None:
    stale = replace(LOST, ready=True)
    reading = database(SYNCED, replace(SYNCED, state=2), stale)
    assert judge(CONFIG, Snapshot(NOW, galera=reading)).galera.outdated == ("app-pxc-1", "app-pxc-2")


def conditions(
    active: Condition | None, able: bool | None = True, limited: str = "DesiredWithinRange"
) -> dict[str, Condition]:
    found = {
        "AbleToScale": Condition(able, "ReadyForNewScale"),
        "ScalingLimited": Condition(limited != "DesiredWithinRange", limited),
    }
    return found if active is None else found | {"ScalingActive": active}


ACTIVE = Condition(status=True, reason="ValidMetricFound")
CALM = Autoscaler(present=True, conditions=conditions(ACTIVE), current=3, desired=3, ready=3)
HPAS: Mapping[str, tuple[Autoscaler | None, HPAStatus | None, State, str]] = {
    "healthy": (CALM, HPAStatus.HEALTHY, OK, "It sees its metrics and has what it asked for."),
    "at its minimum": (replace(CALM, conditions=conditions(ACTIVE, limited="TooFewReplicas")), HPAStatus.HEALTHY, OK, "It sees its metrics and has what it asked for."),
    "at its pace": (replace(CALM, conditions=conditions(ACTIVE, limited="ScaleUpLimit")), HPAStatus.HEALTHY, OK, "It sees its metrics and has what it asked for."),
    "blind": (replace(CALM, conditions=conditions(Condition(status=False, reason="FailedGetResourceMetric"))), HPAStatus.BLIND, DEGRADED, "It gets no metrics and does not scale: FailedGetResourceMetric."),
    "blind, no reason": (replace(CALM, conditions=conditions(Condition(status=False, reason=""))), HPAStatus.BLIND, DEGRADED, "It gets no metrics and does not scale: no reason given."),
    "disabled": (replace(CALM, conditions=conditions(Condition(status=False, reason="ScalingDisabled"))), HPAStatus.DISABLED, DEGRADED, "Its target is scaled to zero, so it does not scale."),
    "capped": (replace(CALM, conditions=conditions(ACTIVE, limited="TooManyReplicas")), HPAStatus.CAPPED, DEGRADED, "It wants more replicas than its maximum allows."),
    "unable": (replace(CALM, conditions=conditions(ACTIVE, able=False)), HPAStatus.STUCK, DEGRADED, "It cannot change the scale, or what it asked for does not come."),
    "waits too long": (replace(CALM, desired=5, last_scale=NOW - 901), HPAStatus.STUCK, DEGRADED, "It cannot change the scale, or what it asked for does not come."),
    "pods not ready too long": (replace(CALM, ready=2, last_scale=NOW - 901), HPAStatus.STUCK, DEGRADED, "It cannot change the scale, or what it asked for does not come."),
    "scaled in the future": (replace(CALM, ready=2, last_scale=NOW + 5000), None, UNKNOWN, "Not everything about it could be read."),
    "just scaled": (replace(CALM, desired=5, last_scale=NOW - 30), HPAStatus.HEALTHY, OK, "It sees its metrics and has what it asked for."),
    "absent": (Autoscaler(present=False), HPAStatus.ABSENT, DEGRADED, "The cluster has no such autoscaler."),
    "no conditions yet": (replace(CALM, conditions={}), None, UNKNOWN, "Not everything about it could be read."),
    "target unread": (replace(CALM, ready=None), None, UNKNOWN, "Not everything about it could be read."),
    "not listed": (None, None, UNKNOWN, "Not everything about it could be read."),
}  # fmt: skip


@pytest.mark.parametrize("case", HPAS)
def test_an_autoscaler(case: str) -> None:
    autoscaler, status, state, reason = HPAS[case]
    snapshot = Snapshot(NOW, hpa=HPAReading({} if autoscaler is None else {"apps/server": autoscaler}))
    assert judge(CONFIG, snapshot).hpa["apps/server"].status is status
    check(snapshot, "hpa apps/server", state, reason)


@pytest.mark.parametrize(
    ("make", "name"), [(lambda: VIP, "vip"), (lambda: ETCD, "etcd"), (lambda: GALERA, "galera"), (lambda: HPAS, "hpa")]
)
def test_the_table_knows_every_state(make: Callable[[], Mapping[str, tuple[Any, ...]]], name: str) -> None:
    states = {state for row in make().values() for state in row if isinstance(state, State)}
    assert states == {OK, DEGRADED, UNKNOWN} | (set() if name == "hpa" else {CRITICAL})
