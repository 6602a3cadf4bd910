"""Machines are made side by side; with `--at-once 1` the next one waits until the one before has booted."""

from collections.abc import Callable

import pytest

from hagen.bootstrap.run import Run
from hagen.bootstrap.steps import launch
from tests.bootstrap.world import FakeWorld


@pytest.mark.parametrize("at_once", [None, 1])
def test_a_slow_host_has_one_first_boot_at_a_time(
    begin: Callable[[], Run], world: FakeWorld, at_once: int | None
) -> None:
    run = begin()
    run.at_once = at_once
    launch.act(run)
    waited = [name for name, argv in world.calls if argv[:2] == ("cloud-init", "status")]
    assert waited == ([] if at_once is None else [machine.name for machine in run.site.inventory.machines])
    world.calls.clear()
    launch.act(run)
    assert world.calls == [], "what runs already is not waited for here"
