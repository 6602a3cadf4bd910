"""haproxy of the holder is killed and does not come back (a broken library, a full disk)."""

from tests.testbed.daemons import haproxy
from tests.testbed.faults.fault import Fault, Story, now
from tests.testbed.lab import Lab


def _story(lab: Lab) -> Story:
    host = lab.holder()
    moment = now("killed")
    host.forget(haproxy.NAME)
    yield moment
    host.start(haproxy.daemon(host, lab.context))


FAULT = Fault("haproxy-crashes-for-good", "haproxy crashes and stays dead", _story, moves=1)
