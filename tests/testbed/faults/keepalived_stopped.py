"""keepalived of the holder is stopped cleanly (`systemctl stop keepalived`)."""

from tests.testbed.daemons import keepalived
from tests.testbed.faults.fault import Fault, Story, now
from tests.testbed.lab import Lab


def _story(lab: Lab) -> Story:
    host = lab.holder()
    moment = now("stopped")
    host.stop(keepalived.NAME)
    yield moment
    host.start(keepalived.daemon(host, lab.context))


FAULT = Fault("keepalived-stopped", "keepalived stopped cleanly", _story, moves=1)
