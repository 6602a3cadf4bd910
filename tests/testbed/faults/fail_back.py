"""The load balancer that was off comes back, all its daemons at once, as at boot."""

import time

from tests.testbed.faults.fault import Fault, Story, now
from tests.testbed.lab import Lab


def _story(lab: Lab) -> Story:
    host = lab.holder()
    lab.power_off(host)
    lab.wait_for_holder(other_than=host)
    time.sleep(1)  # the attempts that the power-off ended are over
    moment = now("back")
    lab.power_on(host)
    yield moment


FAULT = Fault("fail-back", "the old holder comes back", _story, watch=8, moves=1)
