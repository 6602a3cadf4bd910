"""The worker of the node that takes the writes is cut off and is not told, then healed."""

from tests.testbed.faults.fault import Fault, Story, Traffic, now
from tests.testbed.lab import Lab


def _story(lab: Lab) -> Story:
    cable = lab.context.of("worker")[0].cable
    moment = now("cut off")
    cable.cut()
    yield moment
    moment = now("healed")
    cable.heal()
    yield moment


FAULT = Fault(
    "database-node-cut-off", "writing database node cut off, then healed", _story, (Traffic.DATABASE,), bound=12
)
