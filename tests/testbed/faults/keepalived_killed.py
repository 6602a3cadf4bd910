"""All of keepalived on the holder is killed; systemd starts it again where the unit says so."""

import signal

from tests.testbed.daemons import keepalived
from tests.testbed.faults.fault import Fault, Story, now
from tests.testbed.lab import Lab
from tests.testbed.processes import signal_quietly


def _story(lab: Lab) -> Story:
    host = lab.holder()
    pids = host.pids("keepalived")
    moment = now("killed")
    for number in (signal.SIGSTOP, signal.SIGKILL):  # stopped first: a child whose parent dies gives the address up
        for pid in pids:
            signal_quietly(pid, number)
    yield moment
    lab.ensure(host, keepalived.daemon(host, lab.context))


FAULT = Fault(
    "keepalived-killed", "keepalived killed, restarted by systemd where the unit says so", _story, watch=6, moves=None
)
