"""What a live cluster was founded with, beside what is wanted now."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from hagen.bootstrap import founding
from hagen.bootstrap.commands.opening import wanted
from hagen.bootstrap.commands.up import up
from hagen.bootstrap.engine import carry_out
from hagen.bootstrap.errors import Problems
from hagen.bootstrap.events import Event
from hagen.bootstrap.founding import Foundation, cannot_join, read, unchangeable
from hagen.bootstrap.observe import observe
from hagen.bootstrap.plan import Kind, plan, something
from hagen.bootstrap.run import Run
from hagen.bootstrap.steps import STEPS
from tests.bootstrap.world import FakeWorld
from tests.support import ROOT

FILE = Path(ROOT, "tests/golden/reference/clusters/production/kubeadm/init.yaml")
THERE = Foundation("10.196.35.30:6443", "10.244.0.0/16", "10.96.0.0/12", "v1.36.2")


def test_kubeadms_file_and_what_it_keeps_of_it_are_read() -> None:
    assert read(FILE.read_text()) == THERE
    kept = next(each for each in yaml.safe_load_all(FILE.read_text()) if each["kind"] == "ClusterConfiguration")
    assert read(yaml.safe_dump(kept)) == THERE


@pytest.mark.parametrize("text", ["", "a: [", "kind: InitConfiguration", "[]", "- ClusterConfiguration"])
def test_what_is_no_configuration_is_not_known(text: str) -> None:
    assert read(text) is None


def test_what_it_does_not_say_is_nobodys_fault() -> None:
    silent = read("kind: ClusterConfiguration\nnetworking: null")
    assert silent == Foundation("", "", "", "")
    assert list(unchangeable(THERE, silent)) == []
    assert cannot_join(THERE, silent) == ""


def test_networks_and_address_are_for_good() -> None:
    assert list(unchangeable(THERE, THERE)) == []
    other = Foundation("10.196.35.31:6443", "10.60.0.0/16", "10.112.0.0/12", "v1.36.2")
    found = dict(unchangeable(other, THERE))
    assert list(found) == [
        "kubernetes.podCIDR: 10.244.0.0/16 -> 10.60.0.0/16",
        "kubernetes.serviceCIDR: 10.96.0.0/12 -> 10.112.0.0/12",
        "network.virtualIP: 10.196.35.30:6443 -> 10.196.35.31:6443",
    ]
    assert all("write 10." in why for why in found.values())


@pytest.mark.parametrize(
    ("version", "joins"), [("v1.36.2", True), ("v1.36.9", True), ("v1.37.0", False), ("v1.35.4", False)]
)
def test_only_the_same_minor_joins(version: str, joins: bool) -> None:
    assert (cannot_join(replace(THERE, version=version), THERE) == "") == joins


def changed(run: Run, old: str, new: str) -> None:
    """What a render of another hagen.yaml makes of kubeadm's file."""
    file = run.site.folder / run.site.inventory.kubeadm.init
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def test_a_plan_refuses_other_networks_and_up_does_nothing(
    begin: Callable[[], Run], world: FakeWorld, told: list[Event]
) -> None:
    run = begin()
    assert carry_out(run, STEPS).problems == ()
    changed(run, "10.244.0.0/16", "10.60.0.0/16")
    changed(run, "10.96.0.0/12", "10.112.0.0/12")
    again = begin()
    changes = plan(wanted(again.site), observe(again))
    assert [(change.kind, change.machine) for change in changes if change.refused] == [(Kind.NOTE, "cluster")] * 2
    before = list(world.cluster.history)
    with pytest.raises(Problems) as caught:
        up(again, nullcontext(told.append), yes=True)
    assert [problem.cause.split(":")[0] for problem in caught.value.problems] == [
        "kubernetes.podCIDR", "kubernetes.serviceCIDR",
    ]  # fmt: skip
    assert world.cluster.history == before


def test_another_minor_is_a_note_until_somebody_has_to_join(begin: Callable[[], Run]) -> None:
    run = begin()
    assert carry_out(run, STEPS).problems == ()
    changed(run, "kubernetesVersion: v1.36.2", "kubernetesVersion: v1.37.0")
    again = begin()
    (note,) = [change for change in plan(wanted(again.site), observe(again)) if change.machine == "cluster"]
    assert (note.kind, note.refused) == (Kind.NOTE, "")
    assert not something([note])
    seen = observe(again)
    without = {name: machine for name, machine in seen.machines.items() if name != "k8s-worker-1"}
    nodes = frozenset(seen.nodes or ()) - {"k8s-worker-1"}
    changes = plan(wanted(again.site), replace(seen, machines=without, nodes=nodes))
    assert [(change.kind, change.machine) for change in changes if change.refused] == [(Kind.JOIN, "k8s-worker-1")]
    replaced = plan(wanted(again.site), seen, ["k8s-worker-2", "k8s-lb-1"])
    assert [change.machine for change in replaced if change.refused] == ["k8s-worker-2"]


def test_before_there_is_a_cluster_nothing_is_refused(begin: Callable[[], Run]) -> None:
    run = begin()
    changed(run, "10.244.0.0/16", "10.60.0.0/16")
    assert [change for change in plan(wanted(run.site), observe(run)) if change.refused] == []


def test_a_cluster_that_does_not_say_refuses_nothing(begin: Callable[[], Run], world: FakeWorld) -> None:
    run = begin()
    assert carry_out(run, STEPS).problems == ()
    del world.cluster.maps["kubeadm-config"]
    changed(run, "10.244.0.0/16", "10.60.0.0/16")
    again = begin()
    seen = observe(again)
    assert (seen.foundation, seen.nodes is not None) == (None, True)
    assert [change for change in plan(wanted(again.site), seen) if change.refused] == []
    assert founding.read("") is None
