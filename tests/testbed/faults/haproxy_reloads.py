"""haproxy of the holder reads its configuration again, under load: nobody may notice."""

import signal

from tests.testbed.daemons import haproxy
from tests.testbed.faults.fault import Fault, Story, now
from tests.testbed.lab import Lab
from tests.testbed.processes import signal_quietly


def _story(lab: Lab) -> Story:
    host = lab.holder()
    master = host.pids(haproxy.process_name(host, lab.context))[0]
    moment = now("reloaded")
    # What `systemctl reload haproxy` sends (SIGUSR2 to the master).
    signal_quietly(master, signal.SIGUSR2)
    yield moment


FAULT = Fault("haproxy-reloads", "haproxy reloads its configuration under load", _story)
