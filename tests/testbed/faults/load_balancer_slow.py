"""The line of the load balancer that holds the virtual IP is 50 ms late each way: nothing may move."""

from tests.testbed.faults.fault import Fault, Story, now
from tests.testbed.lab import Lab

_LATE = 0.05  # seconds each way


def _story(lab: Lab) -> Story:
    cable = lab.holder().cable
    moment = now("slow")
    line = cable.slow(_LATE)
    try:
        yield moment
    finally:
        cable.hurry(line)


FAULT = Fault("load-balancer-slow", "load balancer's line 50 ms late each way", _story, timeout=3, bound=5)
