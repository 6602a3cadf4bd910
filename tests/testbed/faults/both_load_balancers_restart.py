"""Both load balancers are restarted, one after the other, as for an upgrade."""

from tests.testbed.faults.fault import Fault, Moment, Story
from tests.testbed.lab import Lab


def _story(lab: Lab) -> Story:
    first = lab.holder()
    second = next(host for host in lab.context.of("load-balancer") if host is not first)
    for host in (first, second):
        yield Moment(f"{host.name} off", lab.power_off(host))
        lab.power_on(host)
        lab.wait_until_healthy()


FAULT = Fault("both-load-balancers-restart", "both load balancers restarted, one after the other", _story, moves=2)
