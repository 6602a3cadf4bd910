"""The bridge's own settings against hagen.yaml's."""

from collections.abc import Callable

import pytest

from hagen.bootstrap.doctor.bridge import judge
from hagen.bootstrap.doctor.check import Level
from hagen.bootstrap.doctor.sight import Sight
from hagen.bootstrap.inventory import Inventory
from tests.bootstrap.doctor.conftest import BRIDGE, SeenWorld, check


def test_one_that_fits(inventory: Inventory) -> None:
    (finding,) = judge(inventory, BRIDGE)
    assert finding.level is Level.OK


def test_one_that_is_not_there_is_made(sight: Callable[[], Sight], world: SeenWorld) -> None:
    world.offers(networks={})
    (finding,) = check("bridge", sight())
    assert (finding.level, finding.cause) == (Level.OK, "it is not there; `up` makes it")


@pytest.mark.parametrize(
    ("changes", "level", "cause"),
    [
        ({"managed": "false"}, Level.ERROR, "LXD does not manage it"),
        ({"type": "ovn"}, Level.ERROR, "its type is ovn, not bridge"),
        ({"ipv4.address": "none"}, Level.ERROR, "it has no IPv4"),
        ({"ipv4.address": "auto"}, Level.ERROR, 'its ipv4.address is "auto"'),
        ({"ipv4.address": "10.0.0.1/25"}, Level.ERROR, "it carries 10.0.0.0/25, and k8s-lb-1, k8s-lb-2"),
        ({"ipv4.address": "10.196.35.1/28"}, Level.ERROR, "k8s-worker-3, the virtual IP lie outside"),
        ({"ipv4.address": "10.196.35.2/24"}, Level.WARNING, "hagen.yaml says 10.196.35.1/24"),
        ({"ipv4.address": "10.196.0.1/16"}, Level.WARNING, "it is 10.196.0.1/16"),
        ({"ipv4.dhcp": "false"}, Level.ERROR, "DHCP is switched off"),
        ({"ipv4.dhcp.ranges": ""}, Level.WARNING, "it gives away every free address, the virtual IP 10.196.35.30 too"),
        (
            {"ipv4.dhcp.ranges": "10.196.35.2-10.196.35.9, 10.196.35.25-10.196.35.99"},
            Level.ERROR,
            "covers the virtual IP 10.196.35.30",
        ),
        (
            {"ipv4.dhcp.ranges": "10.196.35.24-10.196.35.25"},
            Level.WARNING,
            "covers the addresses of k8s-worker-1, k8s-worker-2",
        ),
        ({"ipv4.address": "10.196.35.11/24"}, Level.ERROR, "it has itself 10.196.35.11, the address of k8s-lb-1"),
        ({"ipv4.address": "10.196.35.30/24"}, Level.ERROR, "it has itself 10.196.35.30, the address of the virtual IP"),
        ({"ipv4.dhcp.ranges": "all"}, Level.UNKNOWN, 'its ipv4.dhcp.ranges "all" cannot be read'),
        ({"bridge.mtu": "1400"}, Level.WARNING, "its MTU is 1400, and hagen.yaml says 1500"),
    ],
)
def test_one_that_does_not(inventory: Inventory, changes: dict[str, str], level: Level, cause: str) -> None:
    (finding,) = judge(inventory, {**BRIDGE, **changes})
    assert (finding.level, cause in finding.cause) == (level, True), finding
