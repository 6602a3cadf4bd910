"""The holder of the virtual IP loses its link, and sees it; then the link comes back."""

from tests.testbed.faults.fault import Fault, Story, now
from tests.testbed.lab import Lab


def _story(lab: Lab) -> Story:
    cable = lab.holder().cable
    moment = now("unplugged")
    cable.unplug()
    yield moment
    moment = now("plugged in")
    cable.plug()
    yield moment


FAULT = Fault("load-balancer-unplugged", "load balancer loses its link", _story, moves=1)
