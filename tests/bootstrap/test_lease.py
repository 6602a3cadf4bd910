"""The lock is held while a run lives, and nobody else's is taken away."""

import threading

import pytest

from hagen.bootstrap import lease
from hagen.bootstrap.errors import BootstrapError
from tests.bootstrap.conftest import VIRTUAL_IP
from tests.bootstrap.world import FakeWorld


def test_held_and_given_back() -> None:
    world = FakeWorld(VIRTUAL_IP)
    with lease.leased(world, "me", threading.Event()):
        assert world.locked == "me"
    assert world.locked == ""


def test_given_back_after_a_failure() -> None:
    world = FakeWorld(VIRTUAL_IP)
    with pytest.raises(ValueError, match="x"), lease.leased(world, "me", threading.Event()):
        raise ValueError("x")
    assert world.locked == ""


def test_somebody_else_has_it() -> None:
    world = FakeWorld(VIRTUAL_IP, locked="other")
    with (
        pytest.raises(BootstrapError, match="other is working on this cluster"),
        lease.leased(world, "me", threading.Event()),
    ):
        pytest.fail("it must not begin")
    assert world.locked == "other"


def test_one_that_was_taken_away_stops_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "SECONDS", 0.04)
    world, lost = FakeWorld(VIRTUAL_IP), threading.Event()

    def run() -> None:
        with lease.leased(world, "me", lost):
            world.locked = "other"
            assert lost.wait(5)

    with pytest.raises(BootstrapError, match="lock: other has taken it"):
        run()
    assert world.locked == "other"
