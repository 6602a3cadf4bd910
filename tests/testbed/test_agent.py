"""The agent in the lab: for every fault the verdicts and the alerts that must follow do, in time, and no others do.

Both agents are real, with the rendered agent.yaml; so are the rendered rules, which the lab's Prometheus evaluates. It
forgets everything before each fault, so that what looks back over minutes sees this fault alone. An alert counts from
"pending" on: how long it has to last is minutes, and promtool's tests of the rules hold that.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

import pytest

from tests.support import need
from tests.testbed.daemons import agent, prometheus
from tests.testbed.faults import (
    apiserver_hangs,
    control_plane_off,
    database_node_freezes,
    database_node_killed,
    haproxy_crashes_for_good,
    keepalived_killed_for_good,
    keepalived_stopped,
    load_balancer_off,
    load_balancers_apart,
    two_control_planes_off,
    worker_off,
)
from tests.testbed.faults.fault import Fault
from tests.testbed.host import Host
from tests.testbed.lab import Lab

pytestmark = pytest.mark.testbed

OK = "ok"
VERDICTS = {
    "vip_holder", "vip_split_brain", "vip_orphan", "keepalived", "etcd", "galera", "galera_split_brain", "hpa apps/server",
}  # fmt: skip
# Seconds until each subject's verdict has to be there: two intervals and a deadline of its collector.
SOON, ETCD, SLOW = 6.0, 25.0, 39.0
ALERT = 10.0  # and until Prometheus has seen it: haproxy checks for a while, and rates need two samples


@dataclass(frozen=True)
class Row:
    """One fault. `victim` and `other`: verdicts that the agent on the load balancer that had the address, and on the
    other one, must reach; whatever is not named must be ok. None: no agent is left there."""

    fault: Fault
    other: Mapping[str, str]
    victim: Mapping[str, str] | None
    alerts: frozenset[str]
    within: float = SOON


def _row(fault: Fault, both: Mapping[str, str], *alerts: str, within: float = SOON) -> Row:
    return Row(fault, both, both, frozenset(alerts), within)


BOTH_HOLD = {"vip_holder": "critical", "vip_split_brain": "critical"}
PEER_UNKNOWN = {"vip_holder": "unknown", "vip_split_brain": "unknown"}
NO_API = {"galera": "unknown", "galera_split_brain": "unknown", "hpa apps/server": "unknown"}
OUT, NO_ETCD_TOLERANCE = "HagenServerOutOfRotation", "HagenEtcdNoTolerance"
TABLE = (
    Row(load_balancer_off.FAULT, PEER_UNKNOWN, None, frozenset({"HagenAgentDown"})),
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
        two_control_planes_off.FAULT, {"etcd": "critical", **NO_API},
        "HagenEtcdQuorumLost", "HagenEtcdNoLeader", "HagenGaleraUnknown", "HagenCollectorFailing", "HagenApiServerDown", OUT,
        "HagenApiServersLow", "HagenVIPUnreachable", "HagenVIPUnreachableFromOne", within=SLOW,
    ),
    _row(apiserver_hangs.FAULT, {}, "HagenApiServerDown", OUT),
    _row(
        worker_off.FAULT, {"galera": "degraded", "galera_split_brain": "unknown"}, "HagenGaleraSizeMismatch",
        "HagenGaleraNoTolerance", "HagenPXCDegraded", "HagenPXCNotReady", OUT, within=SLOW,
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


@pytest.fixture(scope="module")
def watched_lab(shared_lab: Lab) -> Iterator[Lab]:
    """The shared lab with an agent on each load balancer, for the tests of this file."""
    need("prometheus", "promtool")
    client = shared_lab.context.client
    client.start(prometheus.daemon(client, shared_lab.context))
    shared_lab.watch()
    try:
        yield shared_lab
    finally:
        shared_lab.watch_no_more()
        client.forget(prometheus.NAME)


@pytest.fixture
def watched(watched_lab: Lab) -> Lab:
    """Everything is well, every verdict is ok, and no alert is even pending."""
    watched_lab.wait_until_healthy()
    _until(lambda: _troubles(watched_lab), within=SLOW)
    _until(lambda: not _evaluates(watched_lab), within=15)
    prometheus.forget(watched_lab.context.client)
    _until(lambda: not _evaluates(watched_lab) or _wrong_alerts(watched_lab, frozenset()), within=15)
    return watched_lab


def test_whoever_just_started_finds_everything_well_within_15_s(watched_lab: Lab) -> None:
    _until(lambda: _troubles(watched_lab), within=15)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.fault.name)
def test_a_fault_has_its_verdicts_and_alerts_and_no_others(watched: Lab, row: Row) -> None:
    balancers = watched.context.of("load-balancer")
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
                _until(lambda h=host, w=wanted: _difference(watched, h, w), within=left)  # type: ignore[misc]
        _until(lambda: _wrong_alerts(watched, row.alerts), within=row.within + ALERT)
    finally:
        for _ in story:
            pass
    _until(lambda: _troubles(watched), within=SLOW)


def _difference(lab: Lab, host: Host, wanted: Mapping[str, str]) -> dict[str, str]:
    """What this agent says, where it is not what it should say."""
    found = _verdicts(lab, host)
    return {
        name: found.get(name, "absent") for name in VERDICTS | set(found) if found.get(name) != wanted.get(name, OK)
    }


def _verdicts(lab: Lab, host: Host) -> dict[str, str]:
    with suppress(OSError):
        return agent.verdicts(host, lab.context)
    return {}


def _troubles(lab: Lab) -> dict[str, dict[str, str]]:
    found = {host.name: _difference(lab, host, {}) for host in lab.context.of("load-balancer")}
    return {name: difference for name, difference in found.items() if difference}


def _alerts(lab: Lab) -> dict[str, str]:
    with suppress(OSError, ValueError):
        return prometheus.alerts(lab.context.client)
    return {"Prometheus": "does not answer"}


def _wrong_alerts(lab: Lab, wanted: frozenset[str]) -> dict[str, str]:
    """Those that are there and should not be, and the other way round."""
    found = _alerts(lab)
    missing = dict.fromkeys(wanted - set(found), "missing")
    return missing | {name: state for name, state in found.items() if name not in wanted}


def _evaluates(lab: Lab) -> bool:
    with suppress(OSError, ValueError):
        return prometheus.evaluates(lab.context.client, "cluster_vip:hagen_vip_assigned:sum")
    return False


def _until(trouble: Callable[[], object], within: float) -> None:
    """Return when there is none; fail with the last one."""
    end = time.monotonic() + within
    while found := trouble():
        assert time.monotonic() < end, found
        time.sleep(0.2)
