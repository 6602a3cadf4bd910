"""All of keepalived on the holder is killed and stays dead: its address stays behind on the old holder."""

import signal

from tests.testbed.daemons import keepalived
from tests.testbed.faults.fault import Fault, Story, now
from tests.testbed.lab import Lab
from tests.testbed.processes import signal_quietly


def _story(lab: Lab) -> Story:
    host = lab.holder()
    pids = host.pids("keepalived")
    moment = now("killed")
    for pid in pids:  # stopped first: a child whose parent dies gives the address up
        signal_quietly(pid, signal.SIGSTOP)
    host.forget(keepalived.NAME)
    yield moment
    host.start(keepalived.daemon(host, lab.context))


FAULT = Fault("keepalived-killed-for-good", "keepalived killed and stays dead", _story, watch=6, moves=1)
