"""haproxy of the holder is killed, master and worker; systemd starts it again where the unit says so."""

import signal

from tests.testbed.daemons import haproxy
from tests.testbed.faults.fault import Fault, Story, now
from tests.testbed.lab import Lab
from tests.testbed.processes import signal_quietly


def _story(lab: Lab) -> Story:
    host = lab.holder()
    pids = host.pids(haproxy.process_name(host, lab.context))
    moment = now("killed")
    for pid in pids:
        signal_quietly(pid, signal.SIGKILL)
    yield moment


FAULT = Fault("haproxy-crashes", "haproxy crashes, restarted after 100 ms", _story, moves=None)
