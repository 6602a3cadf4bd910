"""What `up` does when hagen.yaml has changed, or a machine is lost: only that, and never the quorum."""

from collections.abc import Callable
from contextlib import nullcontext, suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from hagen.bootstrap.commands.down import down
from hagen.bootstrap.commands.up import new_run, up
from hagen.bootstrap.errors import BootstrapError, Problems
from hagen.bootstrap.events import Event, Kind
from hagen.bootstrap.inventory import load_inventory
from hagen.bootstrap.observe import observe
from hagen.bootstrap.plan import Change, plan
from hagen.bootstrap.plan import Kind as Planned
from hagen.bootstrap.provider.contract import Power, Timeout
from hagen.bootstrap.site import Site
from hagen.bootstrap.steps import initialise
from tests.bootstrap.conftest import VIRTUAL_IP
from tests.bootstrap.world import FakeNode, FakeWorld
from tests.bootstrap.world.provider import Killed

Edit = Callable[[dict[str, Any]], None]


class Bench:
    """A cluster that is up, and what changed since."""

    def __init__(self, repository: Path) -> None:
        self.folder = repository / "clusters/production"
        self.world = FakeWorld(VIRTUAL_IP)
        self.told: list[Event] = []
        self.up()

    @property
    def site(self) -> Site:
        return Site(self.folder, load_inventory(self.folder / "inventory.yaml"), self.world)

    def edit(self, change: Edit) -> None:
        path = self.folder / "inventory.yaml"
        data = yaml.safe_load(path.read_text())
        change(data)
        path.write_text(yaml.safe_dump(data))

    def up(self, *replace: str, yes: bool = False) -> list[tuple[str, str]]:
        """(machine, what changed)."""
        self.told.clear()
        self.world.calls.clear()
        self.world.cluster.history.clear()
        outcome = up(new_run(self.site, replace), nullcontext(self.told.append), yes=yes)
        assert [str(problem) for problem in outcome.problems] == []
        return [(event.machine, event.text) for event in self.told if event.kind is Kind.CHANGED]

    def plan(self, *replace: str) -> tuple[Change, ...]:
        """What `up` would do now."""
        run = new_run(self.site)
        wanted = {machine.name: self.site.wanted(machine) for machine in self.site.inventory.machines}
        return plan(wanted, observe(run), replace)

    @property
    def history(self) -> list[str]:
        return self.world.cluster.history


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits three minutes for an API that never comes."""
    monkeypatch.setattr(initialise, "_ANSWERS", 0.5)


@pytest.fixture
def bench(repository: Path) -> Bench:
    return Bench(repository)


def worker(number: int) -> dict[str, Any]:
    return {
        "name": f"k8s-worker-{number}", "role": "worker", "address": f"10.196.35.{23 + number}", "cpu": 2, "memory": "4GiB",
        "disk": "40GiB", "profiles": [], "host": "", "cloudInit": "cloud-init/worker.yaml",
    }  # fmt: skip


def without(name: str) -> Edit:
    def change(data: dict[str, Any]) -> None:
        data["machines"] = [machine for machine in data["machines"] if machine["name"] != name]
        data["loadBalancers"] = [each for each in data["loadBalancers"] if each["name"] != name]

    return change


def test_no_log_holds_a_secret(bench: Bench) -> None:
    """Tokens, and the key of the certificates in the cluster; both had been used when the logs were written."""
    logs = [path.read_text() for path in (bench.folder.parents[1] / ".hagen").rglob("*") if path.is_file()]
    assert any("kubeadm token create" in log for log in logs)
    secrets = bench.world.cluster.told
    assert len(secrets) >= 7
    assert [secret for secret in secrets if any(secret in log for log in logs)] == []


def test_a_new_worker_costs_its_own_machine_and_a_reload(bench: Bench) -> None:
    bench.edit(lambda data: data["machines"].append(worker(4)))
    haproxy = bench.folder / "load-balancers"
    for path in haproxy.glob("*/haproxy.cfg"):
        path.write_text(path.read_text() + "# one more server\n")
    changes = bench.up()
    assert {machine for machine, _ in changes} == {"k8s-worker-4", "k8s-lb-1", "k8s-lb-2"}
    assert bench.history == ["join k8s-worker-4"]
    assert [text for machine, text in changes if machine == "k8s-lb-1"] == [
        "/etc/haproxy/haproxy.cfg installed",
        "haproxy reloaded",
    ]


def test_the_backup_gets_a_change_before_the_holder(bench: Bench) -> None:
    assert bench.world.holder() is bench.world.there["k8s-lb-1"]
    for path in (bench.folder / "load-balancers").glob("*/keepalived.conf"):
        path.write_text(path.read_text() + "# changed\n")
    bench.up()
    moved = [name for name, argv in bench.world.calls if argv[0] == "mv"]
    assert moved == ["k8s-lb-2", "k8s-lb-1"]


def test_a_file_that_its_program_refuses_changes_nothing(bench: Bench) -> None:
    path = bench.folder / "load-balancers/k8s-lb-2/haproxy.cfg"
    before = path.read_bytes()
    path.write_text("refused")
    outcome = up(new_run(bench.site), nullcontext(bench.told.append), yes=False)
    (problem,) = outcome.problems
    assert "haproxy -c" in str(problem)
    assert "unknown keyword" in problem.output
    files = bench.world.there["k8s-lb-2"].files
    assert files["/etc/haproxy/haproxy.cfg"] == before
    assert not [name for name in files if name.endswith(".hagen-new")]


def test_a_removed_worker_is_drained_first_and_never_without_a_yes(bench: Bench) -> None:
    bench.edit(without("k8s-worker-3"))
    with pytest.raises(BootstrapError, match="--yes"):
        bench.up()
    assert "k8s-worker-3" in bench.world.there
    assert [text for _, text in bench.up(yes=True)] == ["drained", "node deleted", "deleted"]
    assert "k8s-worker-3" not in bench.world.cluster.nodes


@pytest.mark.parametrize("name", ["k8s-master-1", "k8s-master-3"])
def test_a_control_plane_is_replaced_one_member_out_one_in(bench: Bench, name: str) -> None:
    old = bench.world.cluster.members[name]
    bench.up(name, yes=True)
    assert bench.history == [f"remove member {old}", f"drain {name}", f"join {name}"]
    assert len(bench.world.cluster.members) == 3
    assert bench.up() == []


@pytest.mark.parametrize("name", ["k8s-master-1", "k8s-master-2"])
def test_a_control_plane_that_is_gone_is_made_again(bench: Bench, name: str) -> None:
    old = bench.world.cluster.members[name]
    del bench.world.there[name]
    bench.up()
    assert bench.history == [f"remove member {old}", f"join {name}"]
    assert bench.up() == []


def _no_member(world: FakeWorld, name: str) -> None:
    """Cut off after the kubelet had registered its node."""
    del world.cluster.members[name]
    for manifest in ("etcd", "kube-apiserver"):
        del world.there[name].files[f"/etc/kubernetes/manifests/{manifest}.yaml"]


def _unstarted(world: FakeWorld, name: str) -> None:
    """Cut off after the member had been added, before its etcd ran."""
    world.cluster.unstarted.add(name)
    del world.there[name].files["/etc/kubernetes/manifests/etcd.yaml"]


def _learner(world: FakeWorld, name: str) -> None:
    """Cut off before the member was promoted."""
    world.cluster.learners.add(name)


def _no_node(world: FakeWorld, name: str) -> None:
    """Somebody deleted the node; its member lives."""
    del world.cluster.nodes[name]


@pytest.mark.parametrize("cut_off", [_no_member, _unstarted, _learner, _no_node])
@pytest.mark.parametrize("name", ["k8s-master-1", "k8s-master-2"])
def test_a_control_plane_whose_join_was_cut_off_joins_anew(
    bench: Bench, name: str, cut_off: Callable[[FakeWorld, str], None]
) -> None:
    cut_off(bench.world, name)
    planned = [change for change in bench.plan() if change.kind is not Planned.NOTE]
    assert [(change.machine, change.kind, change.refused) for change in planned] == [(name, Planned.JOIN, "")]
    bench.up()
    assert bench.history[-1] == f"join {name}"
    assert sorted(bench.world.cluster.members) == ["k8s-master-1", "k8s-master-2", "k8s-master-3"]
    assert not bench.world.cluster.learners | bench.world.cluster.unstarted
    assert (bench.plan(), bench.up()) == ((), [])


def _silent(bench: Bench) -> None:
    """No API answers: nobody has the virtual IP, and no kubelet comes up again."""
    for machine in bench.world.there.values():
        for unit in machine.units:
            machine.units[unit] = False
    bench.world.cluster.api = lambda: False  # type: ignore[method-assign]
    bench.world.calls.clear()


@pytest.mark.usefixtures("impatient")
def test_a_cluster_that_does_not_answer_is_never_founded_anew(bench: Bench) -> None:
    _silent(bench)
    assert [change.kind for change in bench.plan()] == [Planned.WAIT]
    outcome = up(new_run(bench.site), nullcontext(bench.told.append), yes=True)
    (problem,) = outcome.problems
    assert "there is one, and it does not answer ready through 10.196.35.30:6443" in str(problem)
    assert not [argv for _, argv in bench.world.calls if argv[:2] in {("kubeadm", "init"), ("kubeadm", "reset")}]


@pytest.mark.usefixtures("impatient")
def test_nor_when_its_first_control_plane_is_gone(bench: Bench) -> None:
    """The load balancers keep the CA that the others have."""
    del bench.world.there["k8s-master-1"]
    _silent(bench)
    outcome = up(new_run(bench.site), nullcontext(bench.told.append), yes=True)
    assert "there is one, and it does not answer" in str(outcome.problems[0])
    assert not [argv for _, argv in bench.world.calls if argv[:2] in {("kubeadm", "init"), ("kubeadm", "reset")}]


def test_a_control_plane_that_hangs_is_replaced(bench: Bench) -> None:
    def hangs(name: str, _: object) -> None:
        if name == "k8s-master-2" and bench.world.there[name] is hung:
            raise Timeout(f"machine {name}", "it was not done within 60 seconds")

    hung = bench.world.there["k8s-master-2"]
    bench.world.failures.append(hangs)
    planned = [(change.kind, change.machine, change.refused) for change in bench.plan("k8s-master-2")]
    assert planned == [(Planned.REPLACE, "k8s-master-2", "")]


def test_a_node_that_a_run_drained_and_left_is_let_in_again(bench: Bench) -> None:
    """Who cordons a node by hand has a reason for it."""
    for name in ("k8s-worker-1", "k8s-worker-2"):
        bench.world.cluster.nodes[name].drained = True
    bench.world.cluster.nodes["k8s-worker-1"].annotations["hagen.dev/drained"] = "true"
    assert [(change.machine, change.kind) for change in bench.plan()] == [("k8s-worker-1", Planned.CHANGE)]
    assert bench.up() == [("k8s-worker-1", "uncordoned")]
    assert [name for name, node in bench.world.cluster.nodes.items() if node.drained] == ["k8s-worker-2"]
    assert (bench.plan(), bench.up()) == ((), [])


@pytest.mark.parametrize("name", ["k8s-master-3", "k8s-worker-3"])
def test_what_a_machine_left_that_is_nowhere_any_more_is_forgotten(bench: Bench, name: str) -> None:
    """Its host has died, and another one is wanted in its place; before that one joins, etcd has to be well."""
    del bench.world.there[name]
    bench.world.cluster.unready.add(name)
    bench.edit(lambda data: [each.update(name="k8s-new") for each in data["machines"] if each["name"] == name])
    assert [(change.kind, change.machine) for change in bench.plan()] == [
        (Planned.CREATE, "k8s-new"), (Planned.JOIN, "k8s-new"), (Planned.REMOVE, name),
    ]  # fmt: skip
    with pytest.raises(BootstrapError, match="--yes"):
        bench.up()
    changes = bench.up(yes=True)
    texts = ["its member taken out of etcd", "node deleted"] if "master" in name else ["node deleted"]
    assert [text for machine, text in changes if machine == name] == texts
    assert bench.history[-1] == "join k8s-new"
    assert name not in {*bench.world.cluster.nodes, *bench.world.cluster.members}
    assert (bench.plan(), bench.up()) == ((), [])


def test_a_node_of_somebody_else_that_is_ready_stays(bench: Bench) -> None:
    bench.world.cluster.nodes["bare-metal"] = FakeNode()
    assert (bench.plan(), bench.up(yes=True)) == ((), [])
    assert "bare-metal" in bench.world.cluster.nodes


def test_the_only_load_balancer_that_works_is_not_taken_out(bench: Bench) -> None:
    """What is broken is brought back by a run that replaces nothing."""
    bench.world.there["k8s-lb-2"].units["keepalived"] = False
    outcome = up(new_run(bench.site, ["k8s-lb-1"]), nullcontext(bench.told.append), yes=True)
    assert "no other load balancer runs haproxy and keepalived" in str(outcome.problems[0])
    assert bench.world.holder() is bench.world.there["k8s-lb-1"]
    bench.up()
    assert ("k8s-lb-1", "made") in bench.up("k8s-lb-1", yes=True)


def test_the_profile_that_every_machine_has_may_be_named(bench: Bench) -> None:
    bench.edit(lambda data: [machine["profiles"].append("default") for machine in data["machines"]])
    assert (bench.plan(), bench.up()) == ((), [])


def test_a_log_that_cannot_be_written_ends_nothing(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    """A run that breaks off for that leaves more than a log that is not whole."""
    bench.edit(lambda data: data["machines"].append(worker(4)))
    run = new_run(bench.site)
    (run.journal.folder / "k8s-worker-4.log").symlink_to("/dev/full")
    outcome = up(run, nullcontext(bench.told.append), yes=False)
    assert outcome.problems == ()
    assert bench.history[-1] == "join k8s-worker-4"
    assert "is not whole: No space left on device" in capsys.readouterr().err


def test_a_machine_that_is_missing_is_made_once(bench: Bench) -> None:
    del bench.world.there["k8s-worker-1"]
    changes = bench.up("k8s-worker-1", "k8s-worker-2", "k8s-worker-3", yes=True)
    assert sorted(machine for machine, text in changes if text == "made") == [
        "k8s-worker-1", "k8s-worker-2", "k8s-worker-3",
    ]  # fmt: skip


def test_down_leaves_the_kubeconfig_of_another_cluster(bench: Bench) -> None:
    kubeconfig = bench.folder.parents[1] / "kubeconfig"
    kubeconfig.write_text(kubeconfig.read_text().replace("10.196.35.30", "10.196.36.30"))
    assert "kubeconfig" not in down(bench.site)
    assert kubeconfig.exists()


def test_the_quorum_is_never_given_away(bench: Bench) -> None:
    bench.world.there["k8s-master-2"].power = Power.STOPPED
    with pytest.raises(Problems, match="without k8s-master-1, 1 of 2 members of etcd are healthy, and 2 are needed"):
        bench.up("k8s-master-1", yes=True)
    assert len(bench.world.cluster.members) == 3
    bench.edit(without("k8s-master-3"))
    with pytest.raises(Problems, match="Nothing was changed"):
        bench.up(yes=True)


def test_a_broken_control_plane_may_be_replaced_while_the_others_are_well(bench: Bench) -> None:
    bench.world.there["k8s-master-2"].power = Power.STOPPED
    bench.up("k8s-master-2", yes=True)
    assert bench.history[-1] == "join k8s-master-2"
    assert len(bench.world.cluster.working()) == 3


def test_another_address_makes_machines_anew_one_after_the_other(bench: Bench) -> None:
    def change(data: dict[str, Any]) -> None:
        data["provider"]["image"] = "26.04"

    bench.edit(change)
    bench.up(yes=True)
    assert len(bench.world.cluster.members) == 3
    removed = [entry for entry in bench.history if entry.startswith("remove")]
    joined = [entry for entry in bench.history if entry.startswith("join k8s-master")]
    order = [entry for entry in bench.history if entry in removed or entry in joined]
    assert order == [entry for pair in zip(removed, joined, strict=True) for entry in pair]
    assert bench.up() == []


def test_a_size_is_changed_with_the_machine_switched_off(bench: Bench) -> None:
    def change(data: dict[str, Any]) -> None:
        for machine in data["machines"]:
            if machine["role"] == "worker":
                machine["memory"] = "8GiB"

    bench.edit(change)
    texts = bench.up()
    assert [text for machine, text in texts if machine == "k8s-worker-2"] == [
        "drained",
        "restarted with 2 CPU, 8GiB",
        "uncordoned",
    ]
    assert not any(node.drained for node in bench.world.cluster.nodes.values()), "and let in again"
    assert bench.up() == []


def _bigger(data: dict[str, Any]) -> None:
    for machine in data["machines"]:
        if machine["name"] == "k8s-worker-1":
            machine["memory"] = "8GiB"


CHANGES: dict[str, tuple[Edit, tuple[str, ...]]] = {
    "another control plane": (lambda _: None, ("k8s-master-1",)),
    "another worker": (lambda _: None, ("k8s-worker-2",)),
    "a larger worker": (_bigger, ()),
    "a worker less": (without("k8s-worker-3"), ()),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("part", range(4))
def test_a_change_that_is_killed_anywhere_is_finished_by_the_next_run(bench: Bench, change: str, part: int) -> None:
    """One that knows nothing of it: no machine is named to it any more."""
    edit, replace = CHANGES[change]
    bench.edit(edit)
    before = bench.world
    bench.world = deepcopy(before)
    bench.world.acts = 0
    bench.up(*replace, yes=True)
    goal = bench.world
    for number in range(1 + part, goal.acts + 1, 16):
        bench.world = deepcopy(before)
        bench.world.acts, bench.world.kill_at = 0, number
        with suppress(Killed):
            bench.up(*replace, yes=True)
        bench.world.kill_at, bench.world.locked = None, ""
        bench.up(yes=True)
        cluster = bench.world.cluster
        assert set(cluster.members) == set(goal.cluster.members), number
        assert set(cluster.nodes) == set(goal.cluster.nodes), number
        assert not [name for name, node in cluster.nodes.items() if node.drained], number
        assert not cluster.tokens, number
        assert not cluster.certificates, number
        assert bench.plan() == (), number


def test_two_runs_at_once_are_one(bench: Bench) -> None:
    bench.world.locked = "somebody@elsewhere (process 7)"
    with pytest.raises(BootstrapError, match="somebody@elsewhere"):
        bench.up()


def test_down_leaves_nothing(bench: Bench) -> None:
    (bench.folder.parents[1] / "kubeconfig").exists()
    removed = down(bench.site)
    assert (bench.world.there, bench.world.network, bench.world.locked) == ({}, None, "")
    assert len(removed) == 10, "eight machines, the network, the kubeconfig"
    assert down(bench.site) == ()
