"""The whole way up, on a world in memory."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hagen.bootstrap.engine import carry_out
from hagen.bootstrap.events import Event, Kind
from hagen.bootstrap.run import Run
from hagen.bootstrap.steps import STEPS
from tests.bootstrap.conftest import VIRTUAL_IP, run_on
from tests.bootstrap.world import FakeWorld
from tests.bootstrap.world.provider import Killed


def test_from_nothing_to_the_root_application(begin: Callable[[], Run], world: FakeWorld) -> None:
    outcome = carry_out(begin(), STEPS)
    assert outcome.problems == ()
    assert world.cluster.history[:3] == ["init k8s-master-1", "join k8s-master-2", "join k8s-master-3"]
    assert sorted(world.cluster.nodes) == [
        f"k8s-{kind}-{number}" for kind in ("master", "worker") for number in (1, 2, 3)
    ]
    assert not world.cluster.tokens, "tokens die right after"
    assert not world.cluster.certificates, "and so do the certificates' copies"
    assert [path.rsplit("/", 1)[-1] for path in world.cluster.applied] == [
        "production",
        "install",
        "projects",
        "root.yaml",
    ]


def test_again_changes_nothing(begin: Callable[[], Run], told: list[Event]) -> None:
    assert carry_out(begin(), STEPS).changes > 0
    told.clear()
    outcome = carry_out(begin(), STEPS)
    assert (outcome.problems, outcome.changes) == ((), 0)
    assert [event.text for event in told if event.kind is Kind.CHANGED] == []


def whole(repository: Path) -> FakeWorld:
    world = FakeWorld(VIRTUAL_IP)
    assert carry_out(run_on(repository, world), STEPS).problems == ()
    return world


PARTS = 8  # side by side, where tests run so
SLACK = 40  # requests by which whole runs differ: what was seen is known to the others a moment earlier or later


@pytest.mark.parametrize("part", range(PARTS))
def test_killed_anywhere_the_next_run_goes_on(repository: Path, part: int) -> None:
    """Every request of the provider once was the last one. What is there afterwards is what one whole run makes."""
    goal = whole(repository)
    for number in range(1 + part, goal.acts + 1, PARTS):
        world = FakeWorld(VIRTUAL_IP, kill_at=number)
        try:
            carry_out(run_on(repository, world), STEPS)
        except Killed:
            world.kill_at = None
        assert world.kill_at is None or goal.acts - number < SLACK, f"it was not killed at {number} of {goal.acts}"
        world.kill_at = None
        outcome = carry_out(run_on(repository, world), STEPS)
        assert outcome.problems == (), f"killed at {number}: {world.calls[-1:]}"
        assert set(world.cluster.nodes) == set(goal.cluster.nodes), number
        assert set(world.cluster.members) == set(goal.cluster.members), number
        assert set(world.cluster.applied) == set(goal.cluster.applied), number
        assert not world.cluster.tokens, number
        assert not world.cluster.certificates, number
