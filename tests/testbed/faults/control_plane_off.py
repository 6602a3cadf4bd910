"""A control plane whose etcd follows loses its power."""

from tests.testbed.faults.fault import Fault, Moment, Story, Traffic
from tests.testbed.lab import Lab


def _story(lab: Lab) -> Story:
    leader = lab.leader()
    host = next(host for host in lab.context.of("control-plane") if host is not leader)
    yield Moment("off", lab.power_off(host))
    lab.power_on(host)


FAULT = Fault(
    "control-plane-off", "control plane powered off (etcd follower)", _story, (Traffic.API,), share=0.1, stores=True
)
