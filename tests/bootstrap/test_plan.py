"""What is wanted against what is there, without asking anybody."""

from dataclasses import replace

import pytest

from hagen.bootstrap.machine.etcd import Member
from hagen.bootstrap.plan import Change, Kind, Seen, plan, something
from hagen.bootstrap.provider.contract import Image, Machine, Power, Wanted


def wanted(name: str, role: str, digest: str = "aa.bb") -> Wanted:
    return Wanted(
        name, role, virtual=True, image=Image("24.04"), cpu=2, memory="4GiB", disk="20GiB", storage_pool="", bridge="lxdbr0",
        address="10.0.0.1", user_data="", digest=digest,
    )  # fmt: skip


def machine(name: str, role: str, digest: str = "aa.bb") -> Machine:
    return Machine(name, role, Power.RUNNING, digest, cpu=2, memory="4GiB")


def member(name: str, *, healthy: bool = True) -> Member:
    return Member(name, name, f"https://{name}:2380", learner=False, healthy=healthy)


PLANES = ("m1", "m2", "m3")
WANTED = {name: wanted(name, "control-plane") for name in PLANES} | {
    "w1": wanted("w1", "worker"),
    "b1": wanted("b1", "load-balancer"),
}
SEEN = Seen(
    {name: machine(name, each.role) for name, each in WANTED.items()},
    nodes=frozenset({*PLANES, "w1"}),
    members=tuple(map(member, PLANES)),
)


def kinds(changes: tuple[Change, ...]) -> list[tuple[str, str]]:
    return [(change.kind.value, change.machine) for change in changes]


def test_nothing_to_do() -> None:
    assert plan(WANTED, SEEN) == ()


def test_what_is_missing_is_made_and_joins() -> None:
    assert kinds(plan({"w2": wanted("w2", "worker"), "b2": wanted("b2", "load-balancer")}, Seen({}))) == [
        ("create", "w2"), ("join", "w2"), ("create", "b2"),
    ]  # fmt: skip


def test_half_of_a_machine_joins_and_one_that_is_off_starts() -> None:
    off = replace(SEEN.machines["w1"], power=Power.STOPPED)
    seen = replace(SEEN, machines={**SEEN.machines, "w1": off}, nodes=frozenset(PLANES))
    assert kinds(plan(WANTED, seen)) == [("start", "w1"), ("join", "w1")]


@pytest.mark.parametrize(("virtual", "kind"), [(True, "restart"), (False, "change")])
def test_sizes(virtual: bool, kind: str) -> None:
    larger = {**WANTED, "w1": replace(WANTED["w1"], memory="8GiB", virtual=virtual)}
    assert kinds(plan(larger, SEEN)) == [(kind, "w1")]


def test_a_file_is_a_reload() -> None:
    assert kinds(plan(WANTED, replace(SEEN, differing={"b1": ("/etc/haproxy/haproxy.cfg",)}))) == [("reload", "b1")]


def test_another_image_is_another_machine_and_another_first_boot_is_a_note() -> None:
    changes = plan(
        {**WANTED, "w1": wanted("w1", "worker", "xx.bb"), "b1": wanted("b1", "load-balancer", "aa.yy")}, SEEN
    )
    assert kinds(changes) == [("replace", "w1"), ("note", "b1")]
    assert something(changes)
    assert not something(changes[1:])


def test_what_others_wrote_into_a_digest_makes_nothing_anew() -> None:
    assert plan(WANTED, replace(SEEN, machines={**SEEN.machines, "w1": machine("w1", "worker", "imported")})) == ()


@pytest.mark.parametrize(
    ("members", "refused"),
    [
        (SEEN.members, ""),
        (None, "etcd's members could not be asked, so nobody knows whether the quorum would hold"),
        (
            (member("m1"), member("m2", healthy=False), member("m3")),
            "without m3, 1 of 2 members of etcd are healthy, and 2 are needed",
        ),
        ((member("m3"),), "m3 is the only member of etcd: its data would be lost"),
        ((member("m1"), member("m2")), ""),
    ],
    ids=["well", "unknown", "one is ill", "the only one", "not a member"],
)
def test_a_control_plane_goes_only_when_the_quorum_outlives_it(
    members: tuple[Member, ...] | None, refused: str
) -> None:
    seen = replace(SEEN, members=members)
    less = {name: each for name, each in WANTED.items() if name != "m3"}
    assert [change.refused for change in plan(less, seen) if change.kind is Kind.REMOVE] == [refused]
    assert [change.refused for change in plan(WANTED, seen, {"m3"}) if change.kind is Kind.REPLACE] == [refused]


@pytest.mark.parametrize("left", [
    (),
    (replace(member("m2"), name="", peer_url="https://m2:2380"),),
    (replace(member("m2"), learner=True),),
], ids=["no member", "one that never started", "a learner"])  # fmt: skip
def test_a_node_without_a_voting_member_joins_anew(left: tuple[Member, ...]) -> None:
    seen = replace(SEEN, members=(member("m1"), *left, member("m3")))
    assert plan(WANTED, seen) == (Change(Kind.JOIN, "m2", "control-plane, whose join was cut off"),)
    assert plan(WANTED, replace(seen, members=None)) == (), "who cannot be asked is believed"


def test_workers_and_load_balancers_never_wait_for_etcd() -> None:
    changes = plan({name: WANTED[name] for name in PLANES}, replace(SEEN, members=None))
    assert [(change.machine, change.text, change.refused) for change in changes] == [
        ("w1", "drained, then deleted", ""), ("b1", "deleted", ""),
    ]  # fmt: skip
