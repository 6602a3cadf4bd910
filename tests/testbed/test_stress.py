"""The shipped timers hold on a busy machine; three times three minutes of it are part of `make failover`."""

import pytest

from tests.support import need
from tests.testbed.lab import Lab
from tests.testbed.stress import stress

pytestmark = pytest.mark.testbed


def test_a_busy_machine_is_not_taken_for_a_dead_one(lab: Lab) -> None:
    need("wrk")
    seen = stress(lab, 20)
    assert seen.idle < 0.1, "the machine was not busy: this proves nothing"
    assert seen.requests > 1000
    assert seen.failures == 0, seen
    assert seen.probe_attempts > 100
    assert seen.moves == 0, seen
