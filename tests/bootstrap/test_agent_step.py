"""The health agent comes with its credentials, and gets later what is not there yet."""

import time
from base64 import urlsafe_b64encode
from collections.abc import Callable

import pytest

from hagen.bootstrap.engine import carry_out
from hagen.bootstrap.events import Event, Kind
from hagen.bootstrap.machine.health_agent import fresh
from hagen.bootstrap.run import Run
from hagen.bootstrap.steps import STEPS
from tests.bootstrap.world import FakeWorld


def test_what_is_not_synced_yet_comes_with_the_next_run(
    begin: Callable[[], Run], world: FakeWorld, told: list[Event]
) -> None:
    world.cluster.synced = False
    assert carry_out(begin(), STEPS).problems == ()
    files = world.there["k8s-lb-1"].files
    assert "/etc/hagen-agent/ca.crt" in files
    assert "/etc/hagen-agent/token" not in files
    assert sum("the next run brings it" in event.text for event in told if event.kind is Kind.NOTE) == 2
    world.cluster.synced = True
    assert carry_out(begin(), STEPS).changes == 2
    assert files["/etc/hagen-agent/galera-password"] == b"secret"
    assert files["/etc/hagen-agent/token"].startswith(b"eyJ")


def test_a_token_is_renewed_before_it_ends(begin: Callable[[], Run], world: FakeWorld) -> None:
    carry_out(begin(), STEPS)
    machine = world.there["k8s-lb-2"]
    machine.files["/etc/hagen-agent/token"] = token(begun=-100, ends=30, now=time.time())
    machine.reloads.clear()
    assert carry_out(begin(), STEPS).changes == 1
    assert fresh(machine.files["/etc/hagen-agent/token"], time.time())
    assert "hagen-agent" in machine.reloads


def test_another_version_replaces_the_one_that_is_there(begin: Callable[[], Run], world: FakeWorld) -> None:
    carry_out(begin(), STEPS)
    run = begin()
    run.version = "99.0.0"
    assert carry_out(run, STEPS).changes == 2
    assert world.there["k8s-lb-1"].files["/opt/hagen-agent/version"] == b"99.0.0"


def token(*, begun: float, ends: float, now: float) -> bytes:
    claims = f'{{"iat": {now + begun}, "exp": {now + ends}}}'.encode()
    return b".".join((b"e30", urlsafe_b64encode(claims).rstrip(b"="), b"c2ln"))


@pytest.mark.parametrize(
    ("content", "good"),
    [
        (token(begun=-10, ends=90, now=1000), True),
        (token(begun=-80, ends=20, now=1000), False),
        (token(begun=-200, ends=-100, now=1000), False),
        (b"garbage", False),
        (b"a.b.c", False),
        (b"a." + urlsafe_b64encode(b'{"exp": null}') + b".c", False),
        (b"\xff", False),
    ],
)
def test_how_long_a_token_lives_is_in_it(content: bytes, good: bool) -> None:
    assert fresh(content, 1000) is good
