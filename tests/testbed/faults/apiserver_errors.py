"""An API server answers everything, its own health included, with 500."""

from tests.testbed.daemons import apiserver
from tests.testbed.faults.fault import Fault, Story, Traffic, now
from tests.testbed.lab import Lab
from tests.testbed.standins.control import command

_VICTIM = "k8s-master-1"


def _story(lab: Lab) -> Story:
    socket = apiserver.control(lab.context.hosts[_VICTIM])
    moment = now("errors")
    command(socket, "error")
    yield moment
    command(socket, "normal")


FAULT = Fault("apiserver-errors", "API server answers 500", _story, (Traffic.API,), leaves=_VICTIM, share=0.1)
