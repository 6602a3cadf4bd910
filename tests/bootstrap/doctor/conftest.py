"""What a check sees: the world in memory, with an offer and with answers of programs that the world does not have."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from hagen.bootstrap.doctor import CHECKS
from hagen.bootstrap.doctor.check import Finding, Level
from hagen.bootstrap.doctor.host import Host
from hagen.bootstrap.doctor.sight import Sight
from hagen.bootstrap.engine import carry_out
from hagen.bootstrap.inventory import Inventory, load_inventory
from hagen.bootstrap.provider.contract import Capacity, Machine, Offer, Outcome, ProviderError
from hagen.bootstrap.steps import STEPS
from tests.bootstrap.conftest import VIRTUAL_IP, run_on
from tests.bootstrap.world import FakeWorld
from tests.support import ROOT

GIB = 2**30
BRIDGE = {
    "type": "bridge",
    "managed": "true",
    "ipv4.address": "10.196.35.1/24",
    "ipv4.dhcp.ranges": "10.196.35.100-10.196.35.200",
}
LARGE = Capacity("", 64 * GIB, 4 * GIB, 900 * GIB, 100 * GIB, 16, True)
OFFER = Offer("host-1", "5.21.8", (LARGE,), {"lxdbr0": BRIDGE}, ("default",))
SILENT = {"arp": {}, "vrrp": []}


@dataclass
class SeenWorld(FakeWorld):
    """`answers`: program to what it prints on a machine, where the world itself has no such program."""

    offered: Offer | ProviderError = OFFER
    answers: dict[str, Callable[[str, Sequence[str]], Outcome]] = field(default_factory=dict)

    def offer(self) -> Offer:
        if isinstance(self.offered, ProviderError):
            raise self.offered
        return self.offered

    def machines(self) -> Mapping[str, Machine]:
        """A provider that is silent is silent about everything."""
        if isinstance(self.offered, ProviderError):
            raise self.offered
        return super().machines()

    def offers(self, **changes: Any) -> None:
        assert isinstance(self.offered, Offer)
        self.offered = replace(self.offered, **changes)

    def say(self, program: str, answer: str | Callable[[str, Sequence[str]], str]) -> None:
        """What a program prints, on every machine or depending on it."""
        self.answers[program] = lambda name, argv: Outcome(
            0, (answer if isinstance(answer, str) else answer(name, argv)).encode()
        )


@dataclass
class FakeHost:
    """A host whose programs print what they are told to; the others are not there."""

    answers: dict[str, Outcome] = field(default_factory=dict)

    def ask(self, *argv: str, stdin: bytes = b"", timeout: float = 30.0) -> Outcome:
        return self.answers.get(argv[0], Outcome(127))


@pytest.fixture
def world() -> SeenWorld:
    world = SeenWorld(VIRTUAL_IP)
    world.failures.append(lambda name, argv: world.answers[argv[0]](name, argv) if argv[0] in world.answers else None)
    world.say("date", "1000.0")
    world.say("python3", json.dumps(SILENT))
    world.say("cat", "00:16:3e:00:00:01\n")
    world.say("curl", lambda _, argv: "".join(f"{number}\t200\t\n" for number in range(argv.count("--output"))))
    return world


@pytest.fixture
def bring_up(repository: Path, world: SeenWorld) -> Callable[[], None]:
    """The whole cluster."""

    def carry() -> None:
        assert carry_out(run_on(repository, world), STEPS).problems == ()
        world.answers["ip"] = _routes(world)

    return carry


def _routes(world: SeenWorld) -> Callable[[str, Sequence[str]], Outcome]:
    own = [{"dst": "default"}, {"dst": "10.244.1.0/24", "dev": "flannel.1"}, {"dst": "10.196.35.0/24", "dev": "enp5s0"}]

    def answer(name: str, argv: Sequence[str]) -> Outcome:
        if "route" in argv:
            return Outcome(0, json.dumps(own).encode())
        return world.there[name].execute(argv, b"")

    return answer


@pytest.fixture
def sight(repository: Path, world: SeenWorld) -> Callable[..., Sight]:
    """What the command makes of a repository; `host` when the provider runs here."""

    def make(host: Host | None = None) -> Sight:
        return Sight(run_on(repository, world), host)

    return make


@pytest.fixture
def inventory() -> Inventory:
    return load_inventory(ROOT / "tests/golden/reference/clusters/production/inventory.yaml")


def check(name: str, seen: Sight) -> list[Finding]:
    """What one check finds."""
    return list(next(check for check in CHECKS if check.name == name).look(seen))


def levels(findings: Sequence[Finding]) -> list[Level]:
    return [finding.level for finding in findings]
