"""An API server is told to end, as for an upgrade: not ready at once, serving a while longer, then gone."""

from tests.testbed.daemons import apiserver
from tests.testbed.faults.fault import Fault, Story, Traffic, now
from tests.testbed.lab import Lab
from tests.testbed.standins.control import command


def _story(lab: Lab) -> Story:
    host = lab.context.of("control-plane")[0]
    moment = now("told to end")
    command(apiserver.control(host), "drain")
    yield moment
    host.start(apiserver.daemon(host, lab.context))


FAULT = Fault("apiserver-drains", "API server drains and ends", _story, (Traffic.API,), watch=6, share=0.1)
