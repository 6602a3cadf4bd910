"""A run knows whether the one before it died."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from hagen.bootstrap.errors import BootstrapError
from hagen.bootstrap.lease import leased
from hagen.bootstrap.predecessor import following
from tests.bootstrap.conftest import VIRTUAL_IP
from tests.bootstrap.world import FakeWorld

HOLD = """
import sys, time
from pathlib import Path
from hagen.bootstrap.predecessor import following
with following(Path(sys.argv[1]), "the other"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_after_an_orderly_end_nobody_died(tmp_path: Path) -> None:
    file = tmp_path / "not/yet/there"
    with following(file, "first") as dead:
        assert dead == ""
    with pytest.raises(ValueError, match="x"), following(file, "second"):
        raise ValueError("x")
    with following(file, "third") as dead:
        assert dead == ""


def test_one_that_lives_is_named_and_one_that_was_killed_is_known(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    with subprocess.Popen([sys.executable, "-c", HOLD, str(file)], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(BootstrapError, match="the other is working on this cluster"), following(file, "me"):
            pytest.fail("it must not begin")
        os.kill(other.pid, signal.SIGKILL)
    with following(file, "me") as dead:
        assert dead == "the other"


def test_the_lock_of_a_dead_one_is_not_waited_for_and_any_other_is() -> None:
    world = FakeWorld(VIRTUAL_IP, locked="dead")
    with leased(world, "me", threading.Event(), dead="dead"):
        assert world.locked == "me"
    world.locked = "somebody"
    with (
        pytest.raises(BootstrapError, match="somebody is working"),
        leased(world, "me", threading.Event(), dead="dead"),
    ):
        pytest.fail("it must not begin")
