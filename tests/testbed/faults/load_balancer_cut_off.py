"""The holder of the virtual IP is cut off and is not told (a dead switch): both hold the address until it heals."""

from tests.testbed.faults.fault import Fault, Story, now
from tests.testbed.lab import Lab


def _story(lab: Lab) -> Story:
    cable = lab.holder().cable
    moment = now("cut off")
    cable.cut()
    yield moment
    moment = now("healed")
    cable.heal()
    yield moment


FAULT = Fault("load-balancer-cut-off", "load balancer cut off silently, then healed", _story)
