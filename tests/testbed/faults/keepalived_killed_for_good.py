"""All of keepalived on the holder is killed and stays dead: its address stays behind on the old holder."""

from tests.testbed.daemons import keepalived
from tests.testbed.faults.fault import Fault, Story, now
from tests.testbed.lab import Lab


def _story(lab: Lab) -> Story:
    host = lab.holder()
    moment = now("killed")
    host.forget(keepalived.NAME)
    yield moment
    host.start(keepalived.daemon(host, lab.context))


FAULT = Fault("keepalived-killed-for-good", "keepalived killed and stays dead", _story, watch=6, moves=1)
