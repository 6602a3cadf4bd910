"""The VRRP child of the holder's keepalived is killed; its parent starts another one."""

import signal

from tests.testbed.faults.fault import Fault, Story, now
from tests.testbed.lab import Lab
from tests.testbed.processes import signal_quietly


def _story(lab: Lab) -> Story:
    _, *children = lab.holder().pids("keepalived")
    moment = now("killed")
    for pid in children:
        signal_quietly(pid, signal.SIGKILL)
    yield moment


FAULT = Fault("keepalived-child-killed", "keepalived's VRRP child killed", _story, watch=6, moves=None)
