"""mariadbd of the node that takes the writes is killed."""

from tests.testbed.daemons import galera
from tests.testbed.faults.fault import Fault, Story, Traffic, now
from tests.testbed.lab import Lab


def _story(lab: Lab) -> Story:
    host = lab.context.of("worker")[0]
    moment = now("killed")
    host.forget(galera.NAME)
    yield moment
    host.start(galera.daemon(host, lab.context))


FAULT = Fault("database-node-killed", "writing database node killed", _story, (Traffic.DATABASE,), bound=12)
