"""What holds for every snapshot there may be."""

import dataclasses
import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hagen.agent.health import State, judge
from hagen.agent.health.etcd import judge_etcd, majority
from hagen.agent.health.verdict import every, some, worst
from hagen.agent.snapshot import ApiServerReading, EtcdMember, EtcdReading, GaleraNode, GaleraReading, Snapshot
from tests.agent.health.worlds import (
    MAYBE,
    NOW,
    SIZES,
    Sizes,
    apiservers,
    configuration,
    etcds,
    forget,
    forgetting,
    garbage,
    snapshots,
)  # fmt: skip

CONFIG = configuration()
settings.register_profile("narrow", max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("narrow")


@given(forgetting())
def test_an_unknown_never_makes_a_verdict_better(world: tuple[Sizes, Snapshot, Snapshot]) -> None:
    """With less known a verdict stays or becomes unknown: no ok, and no degraded, comes out of not knowing.

    One exception, to the worse: an API server that is ready speaks against a loss of quorum; unheard, it cannot.
    """
    sizes, *pair = world
    config = configuration(*sizes)
    known, forgotten = (judge(config, snapshot).verdicts for snapshot in pair)
    for before, after in zip(known, forgotten, strict=True):
        assert before.name == after.name
        veto = before.name == "etcd" and before.state is State.UNKNOWN and after.state is State.CRITICAL
        assert after.state in {before.state, State.UNKNOWN} or veto, (before, after)


@given(forgetting())
def test_a_fact_that_is_left_is_the_fact_that_was(world: tuple[Sizes, Snapshot, Snapshot]) -> None:
    sizes, *pair = world
    known, forgotten = (judge(configuration(*sizes), snapshot) for snapshot in pair)
    for name in ("held", "split_brain", "orphan"):
        assert getattr(forgotten.vip, name) in {getattr(known.vip, name), None}
    assert forgotten.etcd.quorum in {known.etcd.quorum, None} or known.etcd.quorum is None
    for name in ("quorum", "split_brain"):
        assert getattr(forgotten.galera, name) in {getattr(known.galera, name), None}
    assert {*forgotten.vip.holders} <= {*known.vip.holders}
    assert {*forgotten.etcd.good} <= {*known.etcd.good}
    assert {*forgotten.galera.outdated} <= {*known.galera.outdated}


@given(garbage(), st.data())
def test_nodes_that_contradict_one_another_are_not_believed_the_better(
    reading: GaleraReading, data: st.DataObject
) -> None:
    config, less = configuration(galera=5), forget(data.draw, reading)
    before, after = (judge(config, Snapshot(NOW, galera=one)).galera.verdicts for one in (reading, less))
    for rich, poor in zip(before, after, strict=True):
        assert poor.state in {rich.state, State.UNKNOWN} or (rich.state, poor.state) == (State.UNKNOWN, State.CRITICAL)


@given(SIZES.flatmap(lambda sizes: st.tuples(st.just(sizes), snapshots(*sizes))))
def test_ok_is_said_of_what_is_known_through_and_through(world: tuple[Sizes, Snapshot]) -> None:
    (etcd, balancers, galera), snapshot = world
    states = {
        verdict.name: verdict.state for verdict in judge(configuration(etcd, balancers, galera), snapshot).verdicts
    }
    if states["vip_holder"] is State.OK:
        assert snapshot.vip is not None
        kernels = [snapshot.vip.assigned, *(peer.assigned for peer in snapshot.vip.peers if peer.answered)]
        assert len(kernels) == balancers
        assert kernels.count(True) == 1
        assert None not in kernels
    if states["etcd"] is State.OK:
        assert snapshot.etcd is not None
        assert [member.linearizable for member in snapshot.etcd.members.values()] == [True] * etcd
    if states["galera"] is State.OK:
        assert snapshot.galera is not None
        nodes = [
            (node.up, node.primary, node.ready, node.state, node.cluster_size)
            for node in snapshot.galera.nodes.values()
        ]
        assert nodes == [(True, True, True, 4, galera)] * galera
        assert len({node.view for node in snapshot.galera.nodes.values()} - {None}) == 1
        assert None not in {node.view for node in snapshot.galera.nodes.values()}


@given(SIZES.flatmap(lambda sizes: st.tuples(st.just(sizes), snapshots(*sizes))))
def test_down_is_said_on_the_word_of_two(world: tuple[Sizes, Snapshot]) -> None:
    (etcd, balancers, galera), snapshot = world
    health = judge(configuration(etcd, balancers, galera), snapshot)
    if health.galera.quorum is False:
        reading = snapshot.galera
        assert reading is not None
        assert not reading.unasked
        node = any(node.up and node.primary is False for node in reading.nodes.values())
        operator = (
            reading.operator_renewed == NOW - 5
            and reading.resource_ready.get("pxc", (galera, galera))[0] < galera // 2 + 1
        )
        assert node or operator
        assert not any(node.primary for node in reading.nodes.values())
    if health.vip.held is False and not health.vip.holders:
        assert snapshot.vip is not None
        assert [peer.assigned for peer in snapshot.vip.peers if peer.answered] == [False] * (balancers - 1)
        assert snapshot.vip.assigned is False


@given(snapshots())
def test_a_verdict_is_a_sentence(snapshot: Snapshot) -> None:
    verdicts = judge(CONFIG, snapshot).verdicts
    assert len({verdict.name for verdict in verdicts}) == len(verdicts)
    for verdict in verdicts:
        assert verdict.reason.endswith(".")
        assert "None" not in verdict.reason
        assert "\n" not in verdict.reason


def test_of_nothing_nothing_is_said() -> None:
    health = judge(CONFIG, Snapshot(NOW))
    assert {verdict.state for verdict in health.verdicts} == {State.UNKNOWN}
    facts = (health.vip.held, health.vip.split_brain, health.vip.orphan, health.etcd.quorum, health.etcd.tolerance)
    assert set(facts) == {None}
    assert {health.galera.quorum, health.galera.components, health.galera.tolerance, health.galera.split_brain} == {
        None
    }


@given(st.integers(1, 9).flatmap(lambda size: st.tuples(st.just(size), etcds(size), apiservers(size))))
def test_quorum_is_never_claimed_from_fewer_than_a_majority(world: tuple[int, EtcdReading, ApiServerReading]) -> None:
    size, reading, apiserver = world
    answers = sum(member.linearizable is True for member in reading.members.values())
    health = judge_etcd(configuration(etcd=size), reading, apiserver)
    assert health.needed == size // 2 + 1
    assert (health.quorum is True) == (answers >= size // 2 + 1)


@given(etcds(), apiservers())
def test_quorum_is_never_denied_by_one_witness(reading: EtcdReading, apiserver: ApiServerReading) -> None:
    health = judge_etcd(CONFIG, reading, apiserver)
    if health.quorum is False:
        failing = [
            member for member in reading.members.values() if member.alive is False or member.linearizable is False
        ]
        assert len(failing) > 3 - health.needed
        heard = False in {apiserver.endpoint, *apiserver.ready.values()}
        seen = any(
            member.alive and (member.has_leader is False or False in member.peers.values())
            for member in reading.members.values()
        )
        assert heard or seen
        assert True not in {apiserver.endpoint, *apiserver.ready.values()}


@given(st.integers(1, 9), st.data())
def test_tolerance_grows_with_each_member_that_answers(size: int, data: st.DataObject) -> None:
    names = [f"k8s-master-{number}" for number in range(1, size + 1)]
    order = data.draw(st.permutations(names))
    witness = ApiServerReading({names[0]: False})
    tolerances = []
    for count in range(size + 1):
        members = {name: EtcdMember(alive=name in order[:count], linearizable=name in order[:count]) for name in names}
        tolerance = judge_etcd(configuration(etcd=size), EtcdReading(members), witness).tolerance
        assert tolerance is not None
        assert tolerance == max(0, count - majority(size))
        tolerances.append(tolerance)
    assert tolerances == sorted(tolerances)


@given(st.integers(1, 9))
def test_galera_survives_as_many_as_leave_more_than_half(size: int) -> None:
    node = GaleraNode(up=True, primary=True, ready=True, connected=True, state=4, cluster_size=size, view=("a", 1))
    nodes = {f"app-pxc-{number}": node for number in range(size)}
    tolerance = judge(configuration(galera=size), Snapshot(NOW, galera=GaleraReading(nodes))).galera.tolerance
    assert tolerance is not None
    assert size - tolerance > size / 2
    assert size - (tolerance + 1) <= size / 2


@given(snapshots(), st.randoms())
def test_order_means_nothing(snapshot: Snapshot, chance: random.Random) -> None:
    def shuffled(value: object) -> object:
        if isinstance(value, dict):
            items = [(key, shuffled(entry)) for key, entry in value.items()]
            chance.shuffle(items)
            return dict(items)
        if isinstance(value, tuple) and value and dataclasses.is_dataclass(value[0]):
            return tuple(chance.sample(value, len(value)))
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return dataclasses.replace(
                value, **{field.name: shuffled(getattr(value, field.name)) for field in dataclasses.fields(value)}
            )
        return value

    mixed = shuffled(snapshot)
    assert isinstance(mixed, Snapshot)
    assert judge(CONFIG, mixed) == judge(CONFIG, snapshot)


@given(st.lists(MAYBE))
def test_and_or_are_each_others_mirror(facts: list[bool | None]) -> None:
    def turned(fact: bool | None) -> bool | None:
        return None if fact is None else not fact

    assert every(facts) == turned(some(map(turned, facts)))
    known = [fact for fact in facts if fact is not None]
    if len(known) == len(facts):
        assert (every(facts), some(facts)) == (all(known), any(known))


@given(st.lists(st.sampled_from(State)))
def test_the_worst_is_never_better_than_any(states: list[State]) -> None:
    order = list(State)
    assert all(order.index(worst(states)) >= order.index(state) for state in states)
