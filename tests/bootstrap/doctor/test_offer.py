"""Checks of what the provider has: server, virtualisation, memory, disk, processors, placement, image, addresses."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from hagen.bootstrap.doctor.check import Level
from hagen.bootstrap.doctor.sight import Sight
from hagen.bootstrap.errors import BootstrapError
from hagen.bootstrap.provider.contract import Capacity, Outcome, ProviderError
from tests.bootstrap.doctor.conftest import GIB, LARGE, FakeHost, SeenWorld, check, levels

See = Callable[[], Sight]


@pytest.mark.parametrize(
    ("version", "level"),
    [("5.0.2", Level.OK), ("6.9", Level.OK), ("4.0.9", Level.ERROR), ("unknown", Level.UNKNOWN)],
)
def test_server_versions(sight: See, world: SeenWorld, version: str, level: Level) -> None:
    world.offers(version=version)
    assert levels(check("server", sight())) == [level]


def test_a_member_that_is_off_is_named(sight: See, world: SeenWorld) -> None:
    world.offers(hosts=(replace(LARGE, host="a", notes=("no KVM",)), Capacity("b", notes=("Offline: no heartbeat",))))
    findings = check("server", sight())
    assert len(findings) == 2
    assert [(each.level, each.place, each.cause) for each in findings[1:]] == [
        (Level.WARNING, "host b", "Offline: no heartbeat")
    ]


@pytest.mark.parametrize(("able", "level"), [(True, Level.OK), (False, Level.ERROR), (None, Level.UNKNOWN)])
def test_virtual_machines(sight: See, world: SeenWorld, able: bool | None, level: Level) -> None:
    world.offers(hosts=(replace(LARGE, virtual_machines=able, notes=("no /dev/kvm",)),))
    (finding,) = check("virtualisation", sight())
    assert finding.level is level
    assert ("no /dev/kvm" in finding.cause) == (level is Level.ERROR)


@pytest.mark.parametrize(
    ("code", "level", "text"),
    [
        (0, Level.UNKNOWN, "this host has /dev/kvm; whether LXD can use it cannot be told yet"),
        (1, Level.ERROR, "it has no /dev/kvm, without which LXD runs no virtual machines"),
        (127, Level.UNKNOWN, "whether this host has /dev/kvm cannot be told yet"),
    ],
)
def test_before_lxd_is_there_this_host_is_asked(
    sight: Callable[..., Sight], world: SeenWorld, code: int, level: Level, text: str
) -> None:
    world.offered = ProviderError("LXD server", "the server does not answer")
    (finding,) = check("virtualisation", sight(FakeHost({"test": Outcome(code)})))
    assert (finding.level, finding.cause) == (level, text)
    with pytest.raises(BootstrapError):
        check("virtualisation", sight())  # LXD elsewhere: this host says nothing


@pytest.mark.parametrize(
    ("total", "used", "level", "text"),
    [
        (64, 4, Level.OK, "8 machines need 26 GiB, 60 GiB of 64 GiB are free"),
        (64, 40, Level.WARNING, "8 machines need 26 GiB, 24 GiB of 64 GiB are free"),
        (16, 1, Level.ERROR, "8 machines need 26 GiB, 15 GiB of 16 GiB are free"),
    ],
)
def test_memory(sight: See, world: SeenWorld, total: int, used: int, level: Level, text: str) -> None:
    world.offers(hosts=(replace(LARGE, memory_total=total * GIB, memory_used=used * GIB),))
    (finding,) = check("memory", sight())
    assert (finding.level, finding.cause) == (level, text)


def test_memory_that_nobody_tells_is_unknown(sight: See, world: SeenWorld) -> None:
    world.offers(hosts=(replace(LARGE, memory_used=None),))
    assert levels(check("memory", sight())) == [Level.UNKNOWN]


def test_machines_that_run_have_their_memory_and_disk(
    bring_up: Callable[[], None], sight: See, world: SeenWorld
) -> None:
    bring_up()
    world.offers(hosts=(replace(LARGE, memory_total=1, memory_used=1, disk_total=1, disk_used=1),))
    assert (check("memory", sight()), check("disk", sight())) == ([], [])


def test_several_hosts_are_added_up(sight: See, world: SeenWorld) -> None:
    world.offers(
        hosts=(replace(LARGE, host="a", memory_total=20 * GIB), replace(LARGE, host="b", memory_total=20 * GIB))
    )
    (finding,) = check("memory", sight())
    assert (finding.place, finding.level) == ("all hosts together", Level.OK)


def test_disk_is_promised_not_given(sight: See, world: SeenWorld) -> None:
    world.offers(hosts=(replace(LARGE, disk_total=150 * GIB),))
    (finding,) = check("disk", sight())
    assert (finding.level, finding.cause) == (
        Level.WARNING,
        "8 machines may grow to 200 GiB, 50 GiB of 150 GiB are free",
    )


@pytest.mark.parametrize(
    ("cpus", "level"), [(16, Level.OK), (3, Level.WARNING), (1, Level.WARNING), (None, Level.UNKNOWN)]
)
def test_processors(sight: See, world: SeenWorld, cpus: int | None, level: Level) -> None:
    world.offers(hosts=(replace(LARGE, cpus=cpus),))
    assert levels(check("processors", sight())) == [level]


def test_a_pool_that_is_not_there(sight: See, world: SeenWorld) -> None:
    world.offers(storage_pools=("other",))
    (finding,) = check("placement", sight())
    assert (finding.level, finding.place) == (Level.ERROR, "storage pool default")


@pytest.mark.parametrize(("has", "level"), [(True, Level.OK), (False, Level.ERROR), (None, Level.UNKNOWN)])
def test_image(sight: See, world: SeenWorld, has: bool | None, level: Level) -> None:
    world.has_image = lambda image, *, virtual: has  # type: ignore[method-assign]
    assert levels(check("image", sight())) == [level]


def test_addresses_of_somebody_else(sight: See, world: SeenWorld) -> None:
    world.offers(taken={"10.196.35.30": "old-balancer", "10.196.35.21": "laptop", "10.196.35.99": "printer"})
    assert sorted((each.level, each.place, each.cause) for each in check("addresses", sight())) == [
        (Level.ERROR, "k8s-master-2", "its address 10.196.35.21 belongs to laptop"),
        (Level.ERROR, "the virtual IP", "its address 10.196.35.30 belongs to old-balancer"),
    ]
