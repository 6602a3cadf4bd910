"""haproxy of the holder stands still: its sockets still take connections, and nobody answers."""

import signal

from tests.testbed.daemons import haproxy
from tests.testbed.faults.fault import Fault, Story, now
from tests.testbed.lab import Lab
from tests.testbed.processes import signal_quietly


def _story(lab: Lab) -> Story:
    host = lab.holder()
    pids = host.pids(haproxy.process_name(host, lab.context))
    moment = now("stopped")
    for pid in pids:
        signal_quietly(pid, signal.SIGSTOP)
    yield moment
    for pid in pids:
        signal_quietly(pid, signal.SIGCONT)


FAULT = Fault("haproxy-hangs", "haproxy hangs", _story, bound=4, moves=1)
