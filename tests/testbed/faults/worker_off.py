"""The worker whose database node takes the writes loses its power."""

from tests.testbed.faults.fault import Fault, Moment, Story, Traffic
from tests.testbed.lab import Lab


def _story(lab: Lab) -> Story:
    host = lab.context.of("worker")[0]
    yield Moment("off", lab.power_off(host))
    lab.power_on(host)


FAULT = Fault(
    "worker-off", "worker with the writing database node powered off", _story, (Traffic.WEB, Traffic.DATABASE), bound=12
)
