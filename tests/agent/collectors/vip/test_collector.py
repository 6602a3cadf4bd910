"""Every witness of the virtual IP, on two load balancers with a real keepalived."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agent.collectors.vip.pair import VIP, Balancer, Observer, pair
from tests.agent.kubernetes.certificates import Authority
from tests.testbed.requirements import need, need_root

pytestmark = pytest.mark.testbed


@pytest.fixture
def balancers(tmp_path: Path) -> Iterator[tuple[Balancer, Balancer]]:
    need_root()
    need("keepalived", "ip", "nsenter", "setpriv")
    with pair(tmp_path) as made:
        yield made


@pytest.fixture
def observers(
    balancers: tuple[Balancer, Balancer], authorities: tuple[Authority, Authority], tmp_path: Path
) -> tuple[Observer, Observer]:
    token = tmp_path / "token"
    token.write_text("nobody")
    first, second = balancers
    return first.observer(authorities[0].path, token), second.observer(authorities[0].path, token)


def test_one_holder(balancers: tuple[Balancer, Balancer], observers: tuple[Observer, Observer]) -> None:
    for observer in observers:
        observer.look()
    balancers[0].keepalived()
    observers[0].until(lambda reading: reading["assigned"])
    balancers[1].keepalived()
    other = observers[1].until(lambda reading: reading["state"] == "backup" and reading["adverts_received"])
    holder = observers[0].look()
    assert (holder["assigned"], holder["keepalived"], holder["state"]) == (True, True, "master")
    assert (holder["base_priority"], holder["effective_priority"], holder["became_master"]) == (254, 254, 1)
    assert (holder["gained"], holder["lost"], holder["responders"]) == (1, 0, None)
    assert holder["last_transition"] is not None
    assert holder["adverts_sent"] > 0
    assert holder["peers"] == [{"name": "lb-2", "answered": True, "assigned": False}]
    assert set(holder["advert_errors"].values()) == {0}
    assert (other["assigned"], other["keepalived"], other["responders"]) == (False, True, 1)
    assert other["peers"] == [{"name": "lb-1", "answered": True, "assigned": True}]


def test_keepalived_killed_leaves_its_address(
    balancers: tuple[Balancer, Balancer], observers: tuple[Observer, Observer]
) -> None:
    """An orphan and a split brain, which no exporter sees that relies on keepalived."""
    balancers[0].keepalived()
    observers[0].until(lambda reading: reading["assigned"])
    balancers[1].keepalived()
    observers[1].until(lambda reading: reading["state"] == "backup")
    os.kill(balancers[0].pid("vrrp"), signal.SIGSTOP)  # or it gives the address up when its parent dies
    for name in ("parent", "vrrp"):
        os.kill(balancers[0].pid(name), signal.SIGKILL)
    here = observers[0].until(lambda reading: reading["keepalived"] is False and reading["peers"][0]["assigned"])
    assert (here["assigned"], here["keepalived"], here["state"]) == (True, False, None)
    assert here["peers"] == [{"name": "lb-2", "answered": True, "assigned": True}]
    there = observers[1].look()
    assert (there["assigned"], there["state"]) == (True, "master")
    assert there["peers"] == [{"name": "lb-1", "answered": True, "assigned": True}]


def test_two_that_answer_are_counted_by_who_does_not_hold_it(
    balancers: tuple[Balancer, Balancer], observers: tuple[Observer, Observer]
) -> None:
    """By a second MAC address on the same cable, as of a host that is none of the load balancers."""
    first, _ = balancers
    assert observers[1].look()["responders"] == 0
    first.ip("addr", "add", f"{VIP}/24", "dev", "lb0")
    assert observers[1].look()["responders"] == 1
    first.ip("link", "add", "twin0", "link", "lb0", "type", "macvlan", "mode", "bridge")
    first.ip("link", "set", "twin0", "up")  # Linux answers on every interface for any of its addresses
    assert observers[1].until(lambda reading: reading["responders"] == 2)["responders"] == 2


def test_a_keepalived_that_hangs_is_unknown(
    balancers: tuple[Balancer, Balancer], observers: tuple[Observer, Observer]
) -> None:
    """Its old dump still says that it is master."""
    balancers[0].keepalived()
    observers[0].until(lambda reading: reading["state"] == "master")
    os.kill(balancers[0].pid("vrrp"), signal.SIGSTOP)
    hanging = observers[0].look()
    assert (hanging["assigned"], hanging["keepalived"], hanging["state"]) == (True, None, None)
    os.kill(balancers[0].pid("vrrp"), signal.SIGCONT)
    assert observers[0].until(lambda reading: reading["keepalived"])["state"] == "master"


def test_a_keepalived_whose_parent_was_killed_gives_the_address_up(
    balancers: tuple[Balancer, Balancer], observers: tuple[Observer, Observer]
) -> None:
    balancers[0].keepalived()
    observers[0].until(lambda reading: reading["state"] == "master")
    os.kill(balancers[0].pid("parent"), signal.SIGKILL)
    reading = observers[0].until(lambda reading: reading["keepalived"] is False)
    assert (reading["assigned"], reading["keepalived"], reading["lost"]) == (False, False, 1)


def test_comings_and_goings_are_counted(
    balancers: tuple[Balancer, Balancer], observers: tuple[Observer, Observer]
) -> None:
    observers[0].look()
    for _ in range(3):
        balancers[0].ip("addr", "add", f"{VIP}/24", "dev", "lb0")
        balancers[0].ip("addr", "del", f"{VIP}/24", "dev", "lb0")
    reading = observers[0].look()
    assert (reading["gained"], reading["lost"], reading["assigned"]) == (3, 3, False)
    assert reading["keepalived"] is False
