"""An image is built on a world in memory: whole, killed anywhere, with what cannot be had."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from hagen.bootstrap.commands.image_build import recipe_of
from hagen.bootstrap.engine import Outcome, carry_out
from hagen.bootstrap.events import Event, Kind
from hagen.bootstrap.image import steps
from hagen.bootstrap.observe import observe
from hagen.bootstrap.plan import plan
from hagen.bootstrap.provider import contract
from hagen.bootstrap.run import Run
from hagen.bootstrap.steps import STEPS
from tests.bootstrap.conftest import VIRTUAL_IP, run_on
from tests.bootstrap.world import FakeWorld
from tests.bootstrap.world.provider import Killed

ALIAS = "hagen-production-1.36.2"
LOCK = b'format = 1\nimages = [\n"docker.io/a/b:1",\n"registry.example/absent:2",\n]\n'


@pytest.fixture
def locked(repository: Path) -> Path:
    (repository / "hagen.lock").write_bytes(LOCK)
    return repository


def build(run: Run) -> Outcome:
    return carry_out(run, steps(recipe_of(run.site)))


def test_it_has_packages_and_images_and_nothing_of_one_machine(
    locked: Path, world: FakeWorld, told: list[Event]
) -> None:
    assert build(run_on(locked, world, told.append)).problems == ()
    assert world.there == {}, "the builder is gone"
    properties = world.stored[ALIAS].properties
    assert (properties["kubernetes"], properties["base"]) == ("1.36.2", "24.04")
    files = world.content[ALIAS]
    for path in (
        "/var/lib/containerd/kube-apiserver",
        "/var/lib/containerd/docker.io/a/b:1",
        "/var/cache/apt/archives/haproxy.deb",
        "/var/cache/apt/archives/keepalived.deb",
    ):
        assert path in files
    assert not [path for path in files if "ssh_host" in path or path.startswith("/run/hagen")]
    # Absent or "uninitialized", systemd would hold the first boot up with questions on the console.
    assert files["/etc/machine-id"] == b""
    notes = [event.text for event in told if event.kind is Kind.NOTE]
    assert len(notes) == 1
    assert notes[0].startswith("registry.example/absent:2 is not in the image: ")
    assert "not found" in notes[0]


def test_the_builder_is_no_machine_of_the_cluster(begin: Callable[[], Run], world: FakeWorld) -> None:
    recipe = recipe_of(begin().site)
    assert (recipe.wanted.name, recipe.wanted.address, recipe.wanted.digest) == ("production-image", "", "")
    assert "k8s-worker-1" not in recipe.wanted.user_data
    world.create(recipe.wanted)
    run = begin()
    wanted = {machine.name: run.site.wanted(machine) for machine in run.site.inventory.machines}
    assert "production-image" not in {change.machine for change in plan(wanted, observe(run))}
    assert carry_out(begin(), STEPS).problems == ()
    assert "production-image" not in world.there, "what a killed build left goes with the next run"


def test_an_image_that_is_built_again_takes_the_place_of_the_one_before(
    begin: Callable[[], Run], world: FakeWorld
) -> None:
    assert build(begin()).problems == ()
    world.content[ALIAS]["old"] = b""
    assert build(begin()).problems == ()
    assert list(world.stored) == [ALIAS]
    assert "old" not in world.content[ALIAS]


def test_killed_anywhere_the_next_build_makes_it(locked: Path) -> None:
    whole = FakeWorld(VIRTUAL_IP)
    assert build(run_on(locked, whole)).problems == ()
    for number in range(1, whole.acts + 1):
        world = FakeWorld(VIRTUAL_IP, kill_at=number)
        with pytest.raises(Killed):
            build(run_on(locked, world))
        world.kill_at = None
        assert build(run_on(locked, world)).problems == (), number
        assert world.there == {}, number
        assert world.content == whole.content, number


def test_kubeadms_images_must_be_there(begin: Callable[[], Run], world: FakeWorld) -> None:
    def unreachable(_: str, argv: Sequence[str]) -> contract.Outcome | None:
        return contract.Outcome(1, b"", b"failed to pull image\n") if tuple(argv[:2]) == ("kubeadm", "config") else None

    world.failures.append(unreachable)
    (problem,) = build(begin()).problems
    assert "kubeadm config images pull" in problem.cause
    assert problem.output == "failed to pull image"
    assert world.stored == {}
    assert list(world.there) == ["production-image"], "kept, so that the cause can be looked for"


def test_a_first_boot_that_fails_says_what_to_do(begin: Callable[[], Run], world: FakeWorld) -> None:
    def degraded(_: str, argv: Sequence[str]) -> contract.Outcome | None:
        failed = b'{"status": "error", "errors": ["no mirror"]}'
        return contract.Outcome(1, failed) if tuple(argv[:2]) == ("cloud-init", "status") else None

    world.failures.append(degraded)
    (problem,) = build(begin()).problems
    assert problem.cause == "cloud-init failed: no mirror"
    assert "build it again" in problem.remedy
