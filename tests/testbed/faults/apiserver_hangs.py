"""An API server takes connections and answers nothing any more."""

import signal

from tests.testbed.daemons import apiserver
from tests.testbed.faults.fault import Fault, Story, Traffic, now
from tests.testbed.lab import Lab
from tests.testbed.processes import signal_quietly

_VICTIM = "k8s-master-1"


def _story(lab: Lab) -> Story:
    host = lab.context.hosts[_VICTIM]
    pid = host.process(apiserver.NAME)
    moment = now("stopped")
    signal_quietly(pid, signal.SIGSTOP)
    yield moment
    signal_quietly(pid, signal.SIGCONT)


FAULT = Fault("apiserver-hangs", "API server hangs", _story, (Traffic.API,), leaves=_VICTIM, share=0.1)
