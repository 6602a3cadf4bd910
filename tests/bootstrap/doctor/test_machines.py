"""Checks from inside machines: machines, first boot, clocks, units, holder, API, etcd, nodes, routes."""

import json
from collections.abc import Callable, Sequence

import pytest

from hagen.bootstrap.doctor import clock, etcd, nodes, routes
from hagen.bootstrap.doctor.check import Level
from hagen.bootstrap.doctor.clock import Offset
from hagen.bootstrap.doctor.sight import Sight
from hagen.bootstrap.inventory import Inventory
from hagen.bootstrap.machine.etcd import Member
from hagen.bootstrap.provider.contract import Outcome, Power, ProviderError
from tests.bootstrap.doctor.conftest import FakeHost, SeenWorld, check, levels
from tests.bootstrap.world.machine import FakeMachine

pytestmark = pytest.mark.usefixtures("up")
See = Callable[..., Sight]


@pytest.fixture
def up(bring_up: Callable[[], None]) -> None:
    bring_up()


def test_machines(sight: See, world: SeenWorld) -> None:
    del world.there["k8s-worker-3"]
    world.there["k8s-lb-2"].power = Power.STOPPED
    world.there["k8s-master-1"].power = Power.OTHER
    world.there["k8s-old"] = FakeMachine(world, world.there["k8s-lb-1"].wanted, Power.RUNNING)
    assert {(each.level, each.place, each.cause) for each in check("machines", sight())} == {
        (Level.ERROR, "k8s-worker-3", "it is not there"),
        (Level.ERROR, "k8s-lb-2", "it is switched off"),
        (Level.ERROR, "k8s-master-1", "it is neither on nor off"),
        (Level.WARNING, "k8s-old", "hagen.yaml does not have it any more"),
    }


@pytest.mark.parametrize(
    ("code", "status", "level", "cause"),
    [
        (1, {"status": "error", "errors": ["no package"]}, Level.ERROR, "cloud-init failed: no package"),
        (
            2,
            {"status": "done", "recoverable_errors": {"WARNING": ["unknown key"]}},
            Level.WARNING,
            "cloud-init is done, with complaints: WARNING: unknown key",
        ),
        (0, {"status": "running"}, Level.UNKNOWN, "cloud-init is still at work"),
    ],
)
def test_first_boot(
    sight: See, world: SeenWorld, code: int, status: dict[str, object], level: Level, cause: str
) -> None:
    world.there["k8s-worker-2"].cloud_init = (code, json.dumps(status))
    (finding,) = check("first-boot", sight())
    assert (finding.level, finding.place, finding.cause) == (level, "k8s-worker-2", cause)


def test_clocks_that_agree_and_one_that_does_not() -> None:
    offsets = {f"m{number}": Offset(0.01 * number, 0.05) for number in range(5)}
    (finding,) = clock.judge(offsets)
    assert (finding.level, finding.cause) == (Level.OK, "those of 5 machines agree to a second")
    late = list(clock.judge({**offsets, "late": Offset(-4.0, 0.05), "lost": Offset(3600.0, 0.05)}))
    assert [(each.level, each.place) for each in late] == [(Level.WARNING, "late"), (Level.ERROR, "lost")]
    assert late[0].cause == "its clock is 4.0 s behind the others'"


def test_a_slow_answer_says_nothing_of_a_clock() -> None:
    """What could be the way there and back is not blamed on the clock."""
    (finding,) = clock.judge({"a": Offset(0.0, 0.01), "b": Offset(0.0, 0.01), "far": Offset(3.0, 2.5)})
    assert finding.level is Level.OK


def test_one_clock_agrees_with_itself() -> None:
    assert list(clock.judge({"alone": Offset(99.0, 0.0)})) == []


def test_clocks_are_asked(sight: See, world: SeenWorld) -> None:
    world.say("date", lambda name, _: "1000.5" if name != "k8s-lb-2" else "2000.5")
    (finding,) = check("clock", sight())
    assert (finding.level, finding.place) == (Level.ERROR, "k8s-lb-2")


def test_a_unit_that_died(sight: See, world: SeenWorld) -> None:
    world.there["k8s-lb-1"].units["haproxy"] = False
    world.there["k8s-worker-1"].units["kubelet"] = False
    assert {(each.level, each.place, each.cause) for each in check("units", sight())} == {
        (Level.ERROR, "k8s-lb-1", "haproxy does not run"),
        (Level.ERROR, "k8s-worker-1", "kubelet does not run"),
    }


def test_the_health_agent_too(sight: See, world: SeenWorld) -> None:
    machine = world.there["k8s-lb-2"]
    machine.units["hagen-agent"] = False
    (finding,) = check("units", sight())
    assert (finding.level, finding.place, finding.cause) == (
        Level.ERROR, "k8s-lb-2", "hagen-agent.service does not run",
    )  # fmt: skip
    del machine.files["/etc/hagen-agent/ca.crt"]
    assert levels(check("units", sight())) == [Level.OK], "not installed yet"


def test_a_kubelet_that_has_nothing_to_do_yet_may_rest(sight: See, world: SeenWorld) -> None:
    machine = world.there["k8s-worker-1"]
    machine.units["kubelet"] = False
    del machine.files["/etc/kubernetes/kubelet.conf"]
    assert levels(check("units", sight())) == [Level.OK]


def test_the_virtual_ip_has_one_holder(sight: See) -> None:
    (finding,) = check("holder", sight())
    assert (finding.level, finding.cause) == (Level.OK, "k8s-lb-1 has it")


def test_two_holders(sight: See, world: SeenWorld) -> None:
    world.say("ip", lambda _, argv: f"2: enp5s0 inet {argv[-1]} scope global")
    (finding,) = check("holder", sight())
    assert (finding.level, finding.cause) == (Level.ERROR, "k8s-lb-1 and k8s-lb-2 both have it")


def test_no_holder_and_no_api(sight: See, world: SeenWorld) -> None:
    for name in ("k8s-lb-1", "k8s-lb-2"):
        world.there[name].units["haproxy"] = False
    (finding,) = check("holder", sight())
    assert (finding.level, finding.cause) == (Level.ERROR, "no load balancer has it")
    (finding,) = check("api", sight())
    assert (finding.level, finding.place) == (Level.ERROR, "10.196.35.30:6443")
    assert (check("etcd", sight()), check("nodes", sight())) == ([], []), "nobody to ask, and api has said so"


def test_no_holder_while_one_cannot_be_asked(sight: See, world: SeenWorld) -> None:
    world.there["k8s-lb-1"].units["haproxy"] = world.there["k8s-lb-2"].units["haproxy"] = False
    world.answers["ip"] = lambda name, argv: Outcome(1) if name == "k8s-lb-2" else Outcome(0)
    (finding,) = check("holder", sight())
    assert (finding.level, finding.cause) == (Level.UNKNOWN, "k8s-lb-2 cannot be asked")


def test_one_control_plane_that_gets_no_answer(sight: See, world: SeenWorld) -> None:
    world.failures.append(
        lambda name, argv: Outcome(1, b"", b"i/o timeout") if (name, argv[0]) == ("k8s-master-3", "kubectl") else None
    )
    (finding,) = check("api", sight())
    assert (finding.level, finding.cause) == (Level.WARNING, "k8s-master-3 gets no answer there")


def member(name: str, *, healthy: bool = True, learner: bool = False) -> Member:
    return Member("1", name, f"https://{name}:2380", learner, healthy)


@pytest.mark.parametrize(
    ("members", "found"),
    [
        ([member("a"), member("b"), member("c")], {(Level.OK, "3 of 3 members are healthy: 1 more may fail")}),
        (
            [member("a"), member("b"), member("c", healthy=False)],
            {
                (Level.WARNING, "its member of etcd is not healthy"),
                (Level.WARNING, "2 of 3 members are healthy: none may fail any more"),
            },
        ),
        (
            [member("a"), member("b", healthy=False), member("c", healthy=False)],
            {
                (Level.WARNING, "its member of etcd is not healthy"),
                (Level.ERROR, "1 of 3 members are healthy: it has no quorum"),
            },
        ),
        (
            [member("a"), member("b"), member("c"), member("d", learner=True)],
            {
                (Level.WARNING, "its member of etcd only learns"),
                (Level.WARNING, "it is in etcd, and no control plane of hagen.yaml"),
                (Level.OK, "3 of 3 members are healthy: 1 more may fail"),
            },
        ),
        (
            [member("a"), member("b")],
            {
                (Level.WARNING, "it has no member of etcd"),
                (Level.OK, "2 of 2 members are healthy: 0 more may fail"),
            },
        ),
    ],
)
def test_etcd(members: list[Member], found: set[tuple[Level, str]]) -> None:
    assert {(each.level, each.cause) for each in etcd.judge(members, ["a", "b", "c"])} == found


def test_nodes() -> None:
    found = nodes.judge({"a": True, "b": False, "old": True}, ["a", "b", "c"])
    assert [(each.level, each.place, each.cause) for each in found] == [
        (Level.ERROR, "b", "the node is not Ready"),
        (Level.ERROR, "c", "it is no node of the cluster"),
        (Level.WARNING, "old", "it is a node, and hagen.yaml does not have it"),
    ]


def listed(*routes: tuple[str, str]) -> bytes:
    return json.dumps([{"dst": to, "dev": device} for to, device in routes]).encode()


def test_routes_of_a_machine(inventory: Inventory) -> None:
    well = listed(("default", "enp5s0"), ("10.244.0.0/24", "cni0"), ("10.244.1.0/24", "flannel.1"))
    assert list(routes.judge_machine(inventory, "m", routes.routes(well))) == []
    bad = listed(("10.244.7.0/24", "wg0"), ("10.0.0.0/8", "tun0"), ("192.0.2.1", "tun0"))
    assert {(each.level, each.cause) for each in routes.judge_machine(inventory, "m", routes.routes(bad))} == {
        (Level.ERROR, "its route to 10.244.7.0/24 by wg0 overlaps podCIDR 10.244.0.0/16"),
        (Level.ERROR, "its route to 10.0.0.0/8 by tun0 overlaps podCIDR 10.244.0.0/16"),
        (Level.ERROR, "its route to 10.0.0.0/8 by tun0 overlaps serviceCIDR 10.96.0.0/12"),
    }


def test_local_and_broadcast_routes_lead_nowhere() -> None:
    text = json.dumps(
        [{"type": "local", "dst": "10.96.0.1", "dev": "kube-ipvs0"}, {"type": "blackhole", "dst": "10.97.0.0/16"}]
    )
    assert [str(route.to) for route in routes.routes(text.encode())] == ["10.97.0.0/16"]


def test_routes_of_the_host(sight: See) -> None:
    answer = listed(("10.196.35.0/24", "lxdbr0"), ("10.196.35.128/25", "vpn0"), ("10.100.0.0/16", "vpn0"))
    found = check("routes", sight(FakeHost({"ip": Outcome(0, answer)})))
    assert {(each.level, each.place) for each in found} == {(Level.WARNING, "this host"), (Level.ERROR, "this host")}
    assert "machines' network 10.196.35.0/24" in next(each.cause for each in found if each.level is Level.ERROR)


def test_routes_of_the_host_while_the_provider_is_silent(sight: See, world: SeenWorld) -> None:
    world.offered = ProviderError("LXD server", "the server does not answer")
    found = check("routes", sight(FakeHost({"ip": Outcome(0, listed(("10.100.0.0/16", "vpn0")))})))
    assert [each.level for each in found] == [Level.WARNING, Level.UNKNOWN]


def test_a_wide_route_of_a_vpn_loses_against_the_bridges(sight: See) -> None:
    answer = listed(("10.196.35.0/24", "lxdbr0"), ("10.192.0.0/12", "vpn0"))
    (finding,) = check("routes", sight(FakeHost({"ip": Outcome(0, answer)})))
    assert (finding.level, finding.cause) == (
        Level.WARNING,
        "its route to 10.192.0.0/12 by vpn0 overlaps the machines' network 10.196.35.0/24: it reaches nothing of it there",
    )


def test_a_machine_that_does_not_answer_is_unknown(sight: See, world: SeenWorld) -> None:
    def mute(name: str, _: Sequence[str]) -> Outcome | None:
        return Outcome(255, b"", b"broken") if name == "k8s-worker-1" else None

    world.failures.insert(0, mute)
    assert (Level.UNKNOWN, "k8s-worker-1") in {(each.level, each.place) for each in check("routes", sight())}
    assert (Level.UNKNOWN, "k8s-worker-1") in {(each.level, each.place) for each in check("clock", sight())}
