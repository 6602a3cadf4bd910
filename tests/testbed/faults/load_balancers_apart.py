"""Only the load balancers cannot see each other: both serve, both hold the address until it heals."""

from tests.testbed.faults.fault import SPLIT, Fault, Story, now
from tests.testbed.lab import Lab


def _story(lab: Lab) -> Story:
    first, second = lab.context.of("load-balancer")[:2]
    moment = now("apart")
    first.cable.deafen(second.address)
    second.cable.deafen(first.address)
    yield moment
    moment = now("healed")
    first.cable.hear()
    second.cable.hear()
    yield moment


FAULT = Fault(
    "load-balancers-apart", "the load balancers cannot see each other, then healed", _story, watch=SPLIT, moves=1
)
