"""The parent of the holder's keepalived is killed; its children go with it."""

import signal

from tests.testbed.daemons import keepalived
from tests.testbed.faults.fault import Fault, Story, now
from tests.testbed.lab import Lab
from tests.testbed.processes import signal_quietly


def _story(lab: Lab) -> Story:
    host = lab.holder()
    parent, *_ = host.pids("keepalived")
    moment = now("killed")
    signal_quietly(parent, signal.SIGKILL)
    yield moment
    lab.ensure(host, keepalived.daemon(host, lab.context))


FAULT = Fault("keepalived-parent-killed", "keepalived's parent killed", _story, watch=6, moves=None)
