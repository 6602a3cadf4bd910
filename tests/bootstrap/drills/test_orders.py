"""Whom each drill hits, and when it cannot be played at all."""

import pytest

from hagen.bootstrap.drills import DRILLS
from hagen.bootstrap.drills.drill import UNDONE_BY, Deed, Drill, Impossible
from tests.bootstrap.drills.scenes import scene, small
from tests.support import ROOT

BY_NAME = {drill.name: drill for drill in DRILLS}
BREAKING = [drill for drill in DRILLS if not drill.load]


def deeds(name: str, **known: str | None) -> list[tuple[Deed, str]]:
    return [(order.deed, order.machine) for order in BY_NAME[name].orders(scene(**known))]  # type: ignore[arg-type]


def test_the_holder_of_the_address_is_hit() -> None:
    assert deeds("lb", holder="k8s-lb-2") == [(Deed.POWER_OFF, "k8s-lb-2"), (Deed.POWER_ON, "k8s-lb-2")]
    (cut, heal) = BY_NAME["partition"].orders(scene(holder="k8s-lb-2"))
    assert (cut.deed, cut.machine, cut.against) == (Deed.CUT, "k8s-lb-2", ("10.196.35.11",))
    assert (heal.deed, heal.machine) == (Deed.HEAL, "k8s-lb-2")


def test_the_leader_of_etcd_is_switched_off_and_a_follower_frozen() -> None:
    assert deeds("control-plane")[0] == (Deed.POWER_OFF, "k8s-master-2")
    assert deeds("control-plane", leader=None)[0] == (Deed.POWER_OFF, "k8s-master-3")
    assert deeds("node-freeze")[0] == (Deed.FREEZE, "k8s-master-1")


def test_a_worker_is_switched_off() -> None:
    assert deeds("worker")[0] == (Deed.POWER_OFF, "k8s-worker-1")


def test_a_majority_is_switched_off() -> None:
    assert [machine for deed, machine in deeds("quorum") if deed is Deed.POWER_OFF] == ["k8s-master-1", "k8s-master-2"]


def test_every_machine_has_its_turn_and_the_holder_the_last() -> None:
    down = [machine for deed, machine in deeds("rolling") if deed is Deed.SHUT_DOWN]
    assert len(down) == len(set(down)) == 8
    assert down[-2:] == ["k8s-lb-2", "k8s-lb-1"]
    orders = list(BY_NAME["rolling"].orders(scene()))
    assert all(order.whole for order in orders if not order.breaks), "all is well before the next"


def test_users_break_nothing() -> None:
    (order,) = BY_NAME["hpa"].orders(scene())
    assert (order.deed, order.breaks) == (Deed.LOAD, False)


@pytest.mark.parametrize("drill", BREAKING, ids=lambda drill: drill.name)
def test_what_is_broken_is_repaired_in_the_drill_itself(drill: Drill) -> None:
    orders = list(drill.orders(scene()))
    assert orders[0].breaks
    broken: list[tuple[str, Deed]] = []
    for order in orders:
        if order.breaks:
            broken.append((order.machine, UNDONE_BY[order.deed]))
        else:
            broken.remove((order.machine, order.deed))
    assert broken == []


@pytest.mark.parametrize(
    "drill", [drill for drill in BREAKING if drill.name != "rolling"], ids=lambda drill: drill.name
)
def test_a_cluster_that_is_too_small_is_told_so(drill: Drill) -> None:
    with pytest.raises(Impossible):
        list(drill.orders(small("load-balancer", "control-plane", "worker")))


@pytest.mark.parametrize("drill", DRILLS, ids=lambda drill: drill.name)
def test_faults_alerts_and_verdicts_are_known_names(drill: Drill) -> None:
    """Of the rendered rules, and of the agent's bounds."""
    rules = (ROOT / "tests/golden/reference/monitoring/overlays/production/rules.yaml").read_text()
    assert {name for name in drill.alerts | drill.may if f"alert: {name}\n" not in rules} == set()
    bounds = (ROOT / "agent/settings/bounds.py").read_text()
    faults = {order.fault for order in drill.orders(scene()) if order.fault}
    assert {fault for fault in faults if f'"{fault}"' not in bounds} == set()
