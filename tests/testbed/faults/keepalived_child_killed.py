"""The VRRP child of the holder's keepalived is killed; its parent starts another one."""

import signal

from tests.testbed.faults.fault import Fault, Story, now
from tests.testbed.host import signal_quietly
from tests.testbed.lab import Lab


def _story(lab: Lab) -> Story:
    _, *children = lab.holder().pids("keepalived")
    moment = now("killed")
    for pid in children:
        signal_quietly(pid, signal.SIGKILL)
    yield moment


FAULT = Fault("keepalived-child-killed", "keepalived's VRRP child killed", _story, watch=6)
