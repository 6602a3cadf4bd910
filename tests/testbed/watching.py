"""A lab with an agent on each load balancer and a Prometheus: what they say, and how a test waits for it."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from tests.testbed.daemons import agent, prometheus
from tests.testbed.host import Host
from tests.testbed.lab import Lab

OK = "ok"
VERDICTS = {
    "vip_holder", "vip_split_brain", "vip_orphan", "keepalived", "etcd", "galera", "galera_split_brain", "hpa apps/server",
}  # fmt: skip
# Seconds until each subject's verdict has to be there: two intervals and a deadline of its collector.
SOON, ETCD, SLOW = 6.0, 25.0, 39.0
# Alerts that look back over five minutes and fire after ten.
LINGERS = {"HagenVIPSlow"}
# Alerts that look back, and may be of what another test did: agents read some counters every ten seconds only.
OLD = LINGERS | {"HagenVIPFlapping", "HagenEtcdProposalsFailing", "HagenEtcdUnstable"}
SEEN = 20.0  # seconds: a round of the slowest collector, and its deadline
AFRESH = 3.0  # seconds until rules have been evaluated over what came after `forget`


def begin_anew(lab: Lab) -> None:
    """Everything is well, every verdict is ok, and no alert is even pending."""
    lab.wait_until_healthy()
    until(lambda: troubles(lab), within=SLOW)
    until(lambda: not evaluates(lab), within=15)
    prometheus.forget(lab.context.client)
    until(lambda: not evaluates(lab) or _left_over(lab), within=60)


def settled(lab: Lab) -> None:
    """Everything runs and the agents have seen it, whatever they find in the settings."""
    lab.wait_until_settled()
    time.sleep(SEEN)


def _left_over(lab: Lab) -> dict[str, str]:
    """Alerts that are there. Those that look back are made to forget: right after `forget` a single slow answer of a
    busy machine is more than one in a hundred, and writes that failed in an earlier test may be counted late."""
    found = wrong_alerts(lab, frozenset())
    if found and set(found) <= OLD:
        prometheus.forget(lab.context.client)
        time.sleep(AFRESH)
    return found


def difference(lab: Lab, host: Host, wanted: Mapping[str, str]) -> dict[str, str]:
    """What this agent says, where it is not what it should say."""
    found = verdicts(lab, host)
    return {
        name: found.get(name, "absent") for name in VERDICTS | set(found) if found.get(name) != wanted.get(name, OK)
    }


def verdicts(lab: Lab, host: Host) -> dict[str, str]:
    with suppress(OSError):
        return agent.verdicts(host, lab.context)
    return {}


def troubles(lab: Lab) -> dict[str, dict[str, str]]:
    found = {host.name: difference(lab, host, {}) for host in lab.context.of("load-balancer")}
    return {name: difference for name, difference in found.items() if difference}


def alerts(lab: Lab) -> dict[str, str]:
    with suppress(OSError, ValueError):
        return prometheus.alerts(lab.context.client)
    return {"Prometheus": "does not answer"}


def wrong_alerts(lab: Lab, wanted: frozenset[str]) -> dict[str, str]:
    """Those that are there and should not be, and the other way round."""
    found = alerts(lab)
    missing = dict.fromkeys(wanted - set(found), "missing")
    return missing | {name: state for name, state in found.items() if name not in wanted}


def evaluates(lab: Lab) -> bool:
    with suppress(OSError, ValueError):
        return prometheus.evaluates(lab.context.client, "cluster_vip:hagen_vip_assigned:sum")
    return False


def until(trouble: Callable[[], object], within: float) -> None:
    """Return when there is none; fail with the last one."""
    end = time.monotonic() + within
    while found := trouble():
        assert time.monotonic() < end, found
        time.sleep(0.2)
