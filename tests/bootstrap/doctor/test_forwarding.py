"""Firewalls of a real kernel, as nft shows them; each in a namespace of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hagen.bootstrap.doctor.check import Finding, Level
from hagen.bootstrap.doctor.sight import Sight
from hagen.bootstrap.provider.contract import Outcome
from tests.bootstrap.doctor.conftest import FakeHost, check, levels
from tests.bootstrap.doctor.segment import Side, segment
from tests.support import need

RULES = Path(__file__).parent / "fixtures"


@pytest.fixture
def ours(repository: Path) -> Iterator[Side]:
    need("ip", "unshare", "nsenter", "nft", root=True)
    path = repository / "clusters/production/inventory.yaml"
    path.write_text(path.read_text().replace('bridge: "lxdbr0"', 'bridge: "br-test"'))
    with segment() as sides:
        sides[0].do("sysctl", "--quiet", "--write", "net.ipv4.ip_forward=1")
        yield sides[0]


def looked(ours: Side, sight: Callable[..., Sight], rules: str) -> list[Finding]:
    ours.do("nft", "--file", "-", stdin=(RULES / f"{rules}.nft").read_text())
    return check("forwarding", sight(ours.host))


PASSES = ("nothing", "lxd", "docker-let-through", "accepts-all", "by-prefix-and-set", "invalid-dropped", "trusted-zone")


@pytest.mark.parametrize("rules", [*PASSES, "returned"])
def test_what_lets_through(ours: Side, sight: Callable[..., Sight], rules: str) -> None:
    assert levels(looked(ours, sight, rules)) == [Level.OK]


@pytest.mark.parametrize(
    ("rules", "cause", "remedy"),
    [
        ("docker", "it drops what is forwarded from br-test and to br-test", "iptables -I DOCKER-USER -i br-test"),
        ("docker-and-lxd", "it drops what is forwarded from br-test and to br-test", "DOCKER-USER"),
        ("one-way", "it drops what is forwarded to br-test", "nft insert rule inet filter forward oifname br-test"),
        ("other-bridge", "it drops what is forwarded from br-test and to br-test", "nft insert rule inet filter"),
        ("some-ports", "it drops what is forwarded from br-test", "nft insert rule inet filter"),
        ("rejected-at-the-end", "it drops what is forwarded from br-test", "--zone=trusted --add-interface=br-test"),
        ("dropped-in-a-jump", "it drops what is forwarded from br-test", "DOCKER-USER"),
        ("dropped-before", "it drops what is forwarded from br-test", "nft insert rule inet filter"),
    ],
)
def test_what_does_not(ours: Side, sight: Callable[..., Sight], rules: str, cause: str, remedy: str) -> None:
    (finding,) = looked(ours, sight, rules)
    assert (finding.level, finding.cause) == (Level.ERROR, cause)
    assert remedy in finding.remedy


def test_a_host_that_forwards_nothing(ours: Side, sight: Callable[..., Sight]) -> None:
    ours.do("sysctl", "--quiet", "--write", "net.ipv4.ip_forward=0")
    (finding,) = check("forwarding", sight(ours.host))
    assert (finding.level, finding.cause) == (Level.ERROR, "this host forwards no packets")


@pytest.mark.parametrize(
    ("answers", "cause"),
    [
        ({}, "there is no bridge lxdbr0 on this host (yet)"),
        ({"ip": Outcome(0)}, "nft is not installed here, so its rules cannot be read"),
        (
            {"ip": Outcome(0), "nft": Outcome(1, b"", b"Operation not permitted (you must be root)\n")},
            "nft does not show its rules: Operation not permitted (you must be root)",
        ),
    ],
)
def test_what_cannot_be_told(sight: Callable[..., Sight], answers: dict[str, Outcome], cause: str) -> None:
    (finding,) = check("forwarding", sight(FakeHost(answers)))
    assert (finding.level, finding.cause) == (Level.UNKNOWN, cause)
