"""The load test against two replicas behind the rendered load balancers, of which one is killed."""

import time
from pathlib import Path

import pytest

from tests.testbed import shop
from tests.testbed.lab import Lab
from tests.testbed.replicas import Replica

pytestmark = [pytest.mark.testbed, pytest.mark.timeout(300)]

# One user, six, nine, and back: as many requests as two cores answer beside everything else.
STEPS = ("--step-seconds", "3,5,18,4", "--minimum-pods", "3", "--maximum-pods", "5")


def test_a_replica_that_is_killed_costs_at_most_what_it_was_answering(lab: Lab, tmp_path: Path) -> None:
    replicas = (Replica(lab, 0), Replica(lab, 1))
    with shop.opened(lab, *replicas):
        load = shop.begin(lab, tmp_path, *STEPS)
        time.sleep(18)
        assert load.poll() is None, load.communicate()
        lost = shop.under_way(lab, replicas[1])
        replicas[1].stop()
        code, said = shop.ended(load)
    found = shop.figures(tmp_path)["Aggregated"]
    assert found.requests > 50, said
    assert found.failures <= lost, said
    assert code == (1 if found.failures else 0), said
