"""The ingress pod of one worker is gone: its NodePort refuses connections (externalTrafficPolicy: Local)."""

from tests.testbed.daemons import ingress
from tests.testbed.faults.fault import Fault, Story, Traffic, now
from tests.testbed.lab import Lab
from tests.testbed.standins.control import command


def _story(lab: Lab) -> Story:
    socket = ingress.control(lab.context.of("worker")[0])
    moment = now("gone")
    command(socket, "gone")
    yield moment
    command(socket, "back")


FAULT = Fault("ingress-pod-gone", "ingress pod gone from one worker", _story, (Traffic.WEB,))
