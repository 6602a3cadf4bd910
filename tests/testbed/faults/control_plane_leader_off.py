"""The control plane whose etcd leads loses its power."""

from tests.testbed.faults.fault import Fault, Moment, Story, Traffic
from tests.testbed.lab import Lab


def _story(lab: Lab) -> Story:
    host = lab.leader()
    yield Moment("off", lab.power_off(host))
    lab.power_on(host)


FAULT = Fault(
    "control-plane-leader-off",
    "control plane powered off (etcd leader)",
    _story,
    (Traffic.API,),
    share=0.1,
    stores=True,
)
