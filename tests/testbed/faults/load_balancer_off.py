"""The load balancer that holds the virtual IP loses its power."""

from tests.testbed.faults.fault import Fault, Moment, Story
from tests.testbed.lab import Lab


def _story(lab: Lab) -> Story:
    host = lab.holder()
    yield Moment("off", lab.power_off(host))
    lab.power_on(host)


FAULT = Fault("load-balancer-off", "load balancer powered off", _story, moves=1)
