"""The first load balancer holds the virtual IP and is cut off without being told (a dead switch), until it heals.

Both hold the address meanwhile, and the first wins, so that clients have to come back. The other one has lost its ARP
entry of the first, as it does during every cut that lasts: its last advert, which would make the winner announce
itself, goes nowhere.
"""

from tests.testbed.faults.fault import SPLIT, Fault, Story, now
from tests.testbed.lab import Lab


def _story(lab: Lab) -> Story:
    first, second = lab.context.of("load-balancer")[:2]
    lab.hand_over_to(first)
    moment = now("cut off")
    first.cable.cut()
    second.cable.forget_neighbours()
    yield moment
    moment = now("healed")
    first.cable.heal()
    yield moment


FAULT = Fault("load-balancer-cut-off", "load balancer cut off silently, then healed", _story, watch=SPLIT, moves=None)
