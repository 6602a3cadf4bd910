"""Two of three control planes lose their power: no quorum, and what lives still answers for itself."""

from tests.testbed.faults.fault import Fault, Moment, Story, Traffic
from tests.testbed.lab import Lab


def _story(lab: Lab) -> Story:
    leader = lab.leader()
    follower = next(host for host in lab.context.of("control-plane") if host is not leader)
    began = lab.power_off(leader)
    lab.power_off(follower)
    yield Moment("off", began)
    lab.power_on(leader)
    lab.power_on(follower)


FAULT = Fault(
    "two-control-planes-off",
    "two control planes powered off",
    _story,
    (Traffic.API, Traffic.WEB),
    watch=5,
    patience=10,
    share=0.1,
    stores=True,
    halts=True,
)
