"""mariadbd of the node that takes the writes stands still, then wakes up with old data."""

import signal

from tests.testbed.daemons import galera
from tests.testbed.faults.fault import Fault, Story, Traffic, now
from tests.testbed.lab import Lab
from tests.testbed.processes import signal_quietly


def _story(lab: Lab) -> Story:
    pid = lab.context.of("worker")[0].process(galera.NAME)
    moment = now("stopped")
    signal_quietly(pid, signal.SIGSTOP)
    yield moment
    moment = now("woken")
    signal_quietly(pid, signal.SIGCONT)
    yield moment


FAULT = Fault(
    "database-node-freezes", "writing database node freezes, then wakes up", _story, (Traffic.DATABASE,), bound=12
)
