"""Bounds: the formulas at points that can be counted on one's fingers, and never below what was measured."""

import json
import math
from collections import defaultdict
from collections.abc import Callable

import pytest

from hagen.agent.settings import Settings
from hagen.agent.settings.bounds import detection, haproxy_fault, healing, master_down_interval, moves, skew
from hagen.agent.settings.keepalived import Instance, Tracker
from tests.agent.settings.samples import notes, shipped
from tests.support import ROOT

LEGACY = Instance("old", priority=100)
QUICK = Instance("new", priority=254, version=3, advert=0.1)
SCRIPT = Tracker("ask", "script", interval=1, timeout=1, fall=2)


def test_version_2_skews_by_whole_seconds_and_version_3_by_the_interval() -> None:
    assert master_down_interval(LEGACY, 100) == 3 + 156 / 256
    assert master_down_interval(QUICK, 254) == pytest.approx(0.3 + 2 * 0.1 / 256)
    assert skew(Instance("slow", advert=2.0, version=2), 100) == 156 / 256


def test_version_2_takes_at_least_a_second() -> None:
    assert master_down_interval(Instance("old", advert=0.1, version=2), 100) == 3 + 156 / 256


def test_fewer_adverts_may_be_lost() -> None:
    assert master_down_interval(Instance("a", version=3, advert=0.1, down_adverts=2), 256) == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("tracker", "dead", "hung"),
    [
        (SCRIPT, 2, 3),  # a second of waiting, then two runs a second apart; a hung one takes its timeout besides
        (Tracker("slow", "script", interval=3, timeout=3, fall=10), 30, 33),
        (Tracker("patient", "script", interval=2, timeout=5, fall=2), 4, 13),  # its runs last three intervals
        (Tracker("gone", "process"), 0, math.inf),
        (Tracker("gone", "process", delay=0.5), 0.5, math.inf),
    ],
)
def test_detection(tracker: Tracker, dead: float, hung: float) -> None:
    assert (detection(tracker, hangs=False), detection(tracker, hangs=True)) == (dead, hung)


@pytest.mark.parametrize(
    ("weight", "gap", "moved"), [(0, 50, True), (-2, 1, True), (-2, 2, False), (-2, 50, False), (60, 50, True)]
)
def test_only_fault_or_a_weight_above_the_gap_moves_the_address(weight: int, gap: int, moved: bool) -> None:
    assert moves(Tracker("ask", "script", weight=weight), gap) is moved


def test_a_weight_costs_a_whole_interval_more_than_fault_and_nopreempt_forbids_the_move() -> None:
    def lasts(weight: int, *, nopreempt: bool = False) -> float:
        tracker = Tracker("ask", "script", weight=weight, fall=2)
        instance = Instance("a", priority=101, trackers=(tracker,), nopreempt=nopreempt)
        return haproxy_fault(instance, 100, 1, hangs=False)

    assert lasts(0) == 2 + 156 / 256
    assert lasts(-2) == 2 + 3 + 156 / 256
    assert lasts(-2, nopreempt=True) == math.inf
    assert haproxy_fault(LEGACY, 100, 1, hangs=False) == math.inf, "nothing is tracked"


def test_healing_needs_an_announcement() -> None:
    assert healing(Instance("a", version=3, advert=0.1)) == math.inf
    assert healing(Instance("a", version=3, advert=0.1, refresh=60)) == 60
    assert healing(Instance("a", version=3, advert=0.1, refresh=60, higher_sends=True, lower_delay=1)) == 1.1


def measured() -> dict[tuple[str, str], float]:
    """The longest gap in seconds by fault and settings; of the partitions, the gap after healing by itself."""
    worst: dict[tuple[str, str], float] = defaultdict(float)
    for result in json.loads((ROOT / "docs/failover.json").read_text())["results"]:
        for moment in result["seen"]:
            fault = "partition-healed" if moment["moment"] == "healed" else result["fault"]
            gaps = [probe["gap"] for name, probe in moment["probes"].items() if name in {"api", "web"}]
            key = fault, result["settings"]
            worst[key] = max([worst[key], *gaps])
    return worst


NOT_BOUNDED = {"load-balancer-slow", "haproxy-reloads"}  # nothing fails in them
DATABASE = {"database-node-killed", "database-node-freezes", "database-node-cut-off"}  # not of these two files


@pytest.mark.parametrize(
    ("settings", "read"), [("hagen", shipped), ("kubeadm HA notes", notes)], ids=["hagen", "notes"]
)
def test_no_bound_is_below_what_was_measured(settings: str, read: Callable[[], Settings]) -> None:
    bounds = read().bounds
    gaps = {fault: gap for (fault, made_with), gap in measured().items() if made_with == settings}
    assert set(gaps) - NOT_BOUNDED - DATABASE <= set(bounds)
    assert {fault: gap for fault, gap in gaps.items() if gap > bounds.get(fault, 0)} == {}


def test_the_bounds_of_the_shipped_files_are_finite_and_worth_stating() -> None:
    bounds = shipped().bounds
    assert all(0 < bound <= 3.5 for bound in bounds.values()), bounds
    assert bounds["load-balancer-off"] == pytest.approx(0.4, abs=0.01)
    assert bounds["haproxy-hangs"] == pytest.approx(3.1, abs=0.01)
    assert bounds["apiserver-hangs"] == pytest.approx(0.25 * 1.05 + 2 * 0.65 + 0.1 + 0.1)


def test_the_kubeadm_notes_cost_what_was_found() -> None:
    bounds = notes().bounds
    assert bounds["haproxy-crashes-for-good"] == pytest.approx(30 + 3 + 156 / 256 + 0.1)
    assert bounds["apiserver-hangs"] == pytest.approx(2 + 3 * 12 + 2 * 2 + 0.1), "35 s were measured by hand"
    assert bounds["partition-healed"] == math.inf
