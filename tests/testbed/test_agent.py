"""The agent in the lab: for every fault the verdicts and the alerts that must follow do, in time, and no others do.

Both agents are real, with the rendered agent.yaml; so are the rendered rules, which the lab's Prometheus evaluates. It
forgets everything before each fault, so that what looks back over minutes sees this fault alone. An alert counts from
"pending" on: how long it has to last is minutes, and promtool's tests of the rules hold that.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from tests.testbed.faults import (
    MATRIX,
    apiserver_drains,
    apiserver_errors,
    apiserver_hangs,
    both_load_balancers_restart,
    control_plane_leader_off,
    control_plane_off,
    database_node_cut_off,
    database_node_freezes,
    database_node_killed,
    fail_back,
    haproxy_crashes,
    haproxy_crashes_for_good,
    haproxy_hangs,
    haproxy_reloads,
    ingress_pod_gone,
    keepalived_child_killed,
    keepalived_killed,
    keepalived_killed_for_good,
    keepalived_parent_killed,
    keepalived_stopped,
    load_balancer_cut_off,
    load_balancer_off,
    load_balancer_slow,
    load_balancer_unplugged,
    load_balancers_apart,
    two_control_planes_off,
    worker_off,
)
from tests.testbed.faults.fault import Fault
from tests.testbed.lab import Lab
from tests.testbed.watching import (
    ETCD,
    LINGERS,
    SLOW,
    SOON,
    alerts,
    begin_anew,
    difference,
    troubles,
    until,
    wrong_alerts,
)

pytestmark = pytest.mark.testbed

ALERT = 10.0  # and until Prometheus has seen it: haproxy checks for a while, and rates need two samples


@dataclass(frozen=True)
class Row:
    """One fault. `victim` and `other`: verdicts that the agent on the load balancer that had the address, and on the
    other one, must reach; whatever is not named must be ok. None: no agent is left there. `long`: it costs more than it
    tells beside the others, so `make agent-faults` runs it."""

    fault: Fault
    other: Mapping[str, str]
    victim: Mapping[str, str] | None
    alerts: frozenset[str]
    within: float = SOON
    long: bool = False


def _row(fault: Fault, both: Mapping[str, str], *alerts: str, within: float = SOON, long: bool = False) -> Row:
    return Row(fault, both, both, frozenset(alerts), within, long)


BOTH_HOLD = {"vip_holder": "critical", "vip_split_brain": "critical"}
PEER_UNKNOWN = {"vip_holder": "unknown", "vip_split_brain": "unknown"}
NO_API = {"galera": "unknown", "galera_split_brain": "unknown", "hpa apps/server": "unknown"}
CUT_OFF = {**PEER_UNKNOWN, **NO_API, "etcd": "unknown"}
OUT, NO_ETCD_TOLERANCE = "HagenServerOutOfRotation", "HagenEtcdNoTolerance"
TABLE = (
    Row(load_balancer_off.FAULT, PEER_UNKNOWN, None, frozenset({"HagenAgentDown"})),
    Row(both_load_balancers_restart.FAULT, PEER_UNKNOWN, None, frozenset({"HagenAgentDown"}), long=True),
    # Prometheus, on the other side, asks for it in vain; whoever is on that machine is told.
    Row(
        load_balancer_unplugged.FAULT, PEER_UNKNOWN, {**CUT_OFF, "keepalived": "degraded"},
        frozenset({"HagenAgentDown"}), within=SLOW,
    ),
    Row(
        load_balancer_cut_off.FAULT, PEER_UNKNOWN, CUT_OFF, frozenset({"HagenAgentDown"}), within=SLOW, long=True,
    ),
    # The address moves when keepalived's check has failed as often as it must: only then is there anything to see.
    Row(
        haproxy_hangs.FAULT, {}, {"keepalived": "degraded"}, frozenset({"HagenLoadBalancerDown", "HagenKeepalivedFault"}),
        within=haproxy_hangs.FAULT.bound + SOON,
    ),
    Row(
        haproxy_crashes_for_good.FAULT, {}, {"keepalived": "degraded"},
        frozenset({"HagenLoadBalancerDown", "HagenKeepalivedFault"}),
    ),
    Row(keepalived_stopped.FAULT, {}, {"keepalived": "degraded"}, frozenset({"HagenKeepalivedDown"})),
    Row(
        keepalived_killed_for_good.FAULT, BOTH_HOLD, {**BOTH_HOLD, "vip_orphan": "critical", "keepalived": "degraded"},
        frozenset({"HagenKeepalivedDown", "HagenVIPOrphan", "HagenVIPSplitBrain"}),
    ),
    # Neither sees the other any more, and whoever has the address cannot ask ARP for it. Prometheus sees both.
    _row(load_balancers_apart.FAULT, PEER_UNKNOWN, "HagenVIPSplitBrain", "HagenPeerAgentDown"),
    _row(control_plane_off.FAULT, {"etcd": "degraded"}, NO_ETCD_TOLERANCE, "HagenEtcdMemberDown", "HagenApiServerDown", OUT, within=ETCD),
    _row(
        control_plane_leader_off.FAULT, {"etcd": "degraded"}, NO_ETCD_TOLERANCE, "HagenEtcdMemberDown", "HagenApiServerDown",
        OUT, within=ETCD, long=True,
    ),
    _row(
        two_control_planes_off.FAULT, {"etcd": "critical", **NO_API},
        "HagenEtcdQuorumLost", "HagenEtcdNoLeader", "HagenGaleraUnknown", "HagenCollectorFailing", "HagenApiServerDown", OUT,
        "HagenApiServersLow", "HagenVIPUnreachable", "HagenVIPUnreachableFromOne", within=SLOW,
    ),
    _row(apiserver_hangs.FAULT, {}, "HagenApiServerDown", OUT),
    _row(apiserver_errors.FAULT, {}, "HagenApiServerDown", OUT),
    _row(apiserver_drains.FAULT, {}, "HagenApiServerDown", OUT, long=True),
    _row(ingress_pod_gone.FAULT, {}, OUT),
    _row(
        worker_off.FAULT, {"galera": "degraded", "galera_split_brain": "unknown"}, "HagenGaleraSizeMismatch",
        "HagenGaleraNoTolerance", "HagenPXCDegraded", "HagenPXCNotReady", OUT, within=SLOW,
    ),
    _row(
        database_node_cut_off.FAULT, {"galera": "degraded", "galera_split_brain": "unknown"}, "HagenGaleraSizeMismatch",
        "HagenGaleraNoTolerance", "HagenPXCDegraded", "HagenPXCNotReady", OUT, within=SLOW, long=True,
    ),
    _row(
        database_node_killed.FAULT, {"galera": "degraded"}, "HagenGaleraSizeMismatch", "HagenGaleraNoTolerance",
        "HagenPXCDegraded", "HagenPXCNotReady", "HagenGaleraNodeDown", within=SLOW,
    ),
    _row(
        database_node_freezes.FAULT, {"galera": "degraded"}, "HagenGaleraSizeMismatch", "HagenGaleraNoTolerance",
        "HagenPXCDegraded", "HagenPXCNotReady", "HagenGaleraNodeDown", within=SLOW,
    ),
)  # fmt: skip
# What is over before anybody has to know of it.
HEALING = (
    haproxy_reloads.FAULT, haproxy_crashes.FAULT, keepalived_child_killed.FAULT, keepalived_parent_killed.FAULT,
    keepalived_killed.FAULT, fail_back.FAULT, load_balancer_slow.FAULT,
)  # fmt: skip


def test_every_fault_of_the_matrix_is_here() -> None:
    listed = [row.fault.name for row in TABLE] + [fault.name for fault in HEALING]
    assert sorted(listed) == sorted(fault.name for fault in MATRIX)


def test_whoever_just_started_finds_everything_well_within_15_s(watched_lab: Lab) -> None:
    until(lambda: troubles(watched_lab), within=15)


@pytest.mark.parametrize(
    "row", [pytest.param(row, marks=[pytest.mark.long] * row.long, id=row.fault.name) for row in TABLE]
)
def test_a_fault_has_its_verdicts_and_alerts_and_no_others(watched: Lab, row: Row) -> None:
    balancers = watched.context.of("load-balancer")
    if row.fault is load_balancer_cut_off.FAULT:
        watched.hand_over_to(balancers[0])  # as the fault does, which this test then finds done
        until(lambda: troubles(watched) or wrong_alerts(watched, frozenset()), within=SLOW)
    victim = watched.holder()
    expected = {host.name: row.victim if host is victim else row.other for host in balancers}
    story = row.fault.story(watched)
    next(story)
    began = time.monotonic()
    try:
        for host in balancers:
            wanted = expected[host.name]
            if wanted is not None:
                left = row.within - (time.monotonic() - began)
                until(lambda h=host, w=wanted: difference(watched, h, w), within=left)  # type: ignore[misc]
        until(lambda: wrong_alerts(watched, row.alerts), within=row.within + ALERT)
    finally:
        for _ in story:
            pass
    until(lambda: troubles(watched), within=SLOW)


def test_what_heals_by_itself_alarms_nobody(watched: Lab) -> None:
    """One after the other. Alerts may be pending for a moment; none may fire, and all is well again soon."""
    fired: dict[str, set[str]] = {}
    for fault in HEALING:
        for moment in fault.story(watched):
            end = moment.at + (fault.watch if fault is load_balancer_slow.FAULT else SOON)
            while (left := end - time.monotonic()) > 0:
                firing = {name for name, state in alerts(watched).items() if state == "firing"}
                if firing:
                    fired.setdefault(fault.name, set()).update(firing)
                time.sleep(min(left, 0.5))
        until(lambda: troubles(watched) or set(alerts(watched)) - LINGERS, within=SLOW)
        begin_anew(watched)
    assert not fired
