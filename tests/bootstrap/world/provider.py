"""The provider: machines by name, commands that can be made to fail, and an end that can come at any command."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hagen.bootstrap.provider.contract import (
    Capacity,
    Image,
    Machine,
    MustStop,
    Network,
    Offer,
    Outcome,
    Power,
    ProviderError,
    Published,
    Wanted,
)

from .cluster import FakeCluster
from .machine import FakeMachine


class Killed(BaseException):
    """The process of bootstrap is gone: nothing of it runs any more, not even `finally`."""


@dataclass
class FakeWorld:
    """contract.Provider. `calls`: (machine, argv) of every command; `kill_at`: the number of the call that never ends.

    `failures`: asked before each command; an Outcome is what it comes to instead.
    """

    virtual_ip: str
    there: dict[str, FakeMachine] = field(default_factory=dict)
    network: Network | None = None
    calls: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    failures: list[Callable[[str, Sequence[str]], Outcome | None]] = field(default_factory=list)
    kill_at: int | None = None
    acts: int = 0
    taken: dict[str, str] = field(default_factory=dict)
    locked: str = ""
    stored: dict[str, Published] = field(default_factory=dict)
    content: dict[str, dict[str, bytes]] = field(default_factory=dict)  # the files of what was stored
    cluster: FakeCluster = field(init=False)

    def __post_init__(self) -> None:
        self.cluster = FakeCluster(self)

    def holder(self) -> FakeMachine | None:
        """Who has the virtual IP: the first load balancer whose daemons run with a configuration."""
        for _, machine in sorted(self.there.items()):
            files = machine.files
            if (
                machine.power is Power.RUNNING
                and machine.units.get("keepalived")
                and machine.units.get("haproxy")
                and files.get("/etc/keepalived/keepalived.conf")
                and files.get("/etc/haproxy/haproxy.cfg")
            ):
                return machine
        return None

    def offer(self) -> Offer:
        return Offer("fake", "1", (Capacity(""),), {}, ("default",), (), dict(self.taken))

    def has_image(self, image: Image, *, virtual: bool) -> bool | None:
        return image.alias != "absent"

    def ensure_network(self, network: Network) -> bool:
        self._act()
        made, self.network = self.network is None, self.network or network
        return made

    def delete_network(self, name: str) -> bool:
        self._act()
        gone, self.network = self.network is not None, None
        return gone

    def machines(self) -> Mapping[str, Machine]:
        return {
            name: Machine(
                name,
                machine.wanted.role,
                machine.power,
                machine.wanted.digest,
                cpu=machine.wanted.cpu,
                memory=machine.wanted.memory,
                profiles=machine.wanted.profiles,
                addresses=(machine.wanted.address,) if machine.power is Power.RUNNING else (),
            )
            for name, machine in self.there.items()
        }

    def create(self, wanted: Wanted) -> bool:
        self._act()
        if wanted.name in self.there:
            return False
        self.there[wanted.name] = FakeMachine(self, wanted)
        return True

    def change(self, wanted: Wanted) -> bool:
        self._act()
        machine = self.there[wanted.name]
        sizes = replace(machine.wanted, cpu=wanted.cpu, memory=wanted.memory, profiles=wanted.profiles)
        if sizes == machine.wanted:
            return False
        if machine.power is Power.RUNNING and machine.wanted.virtual:
            raise MustStop(f"machine {wanted.name}", "its size cannot change while it runs")
        machine.wanted = sizes
        return True

    def start(self, name: str) -> None:
        self._act()
        machine = self.there[name]
        if machine.power is Power.FROZEN:
            machine.power = Power.RUNNING
        else:
            machine.boot()

    def freeze(self, name: str) -> None:
        self._act()
        self._running(name).power = Power.FROZEN

    def stop(self, name: str, *, timeout: float, force: bool = False) -> None:
        self._act()
        self.there[name].power = Power.STOPPED

    def delete(self, name: str) -> bool:
        self._act()
        return self.there.pop(name, None) is not None

    def execute(
        self, name: str, argv: Sequence[str], *, timeout: float, stdin: bytes = b"", silent: bool = False
    ) -> Outcome:
        self._act()
        machine = self._running(name)
        self.calls.append((name, tuple(argv)))
        for failure in self.failures:
            outcome = failure(name, argv)
            if outcome is not None:
                return outcome
        return machine.execute(argv, stdin)

    def push(self, name: str, path: str, content: bytes, *, mode: int = 0o644, owner: str = "root") -> None:
        self._act()
        self._running(name).files[path] = content

    def pull(self, name: str, path: str) -> bytes:
        content = self._running(name).files.get(path)
        if content is None:
            raise ProviderError(f"machine {name}", f"there is no file {path}")
        return content

    def shell(self, name: str) -> Sequence[str]:
        return ("true", name)

    def images(self) -> Mapping[str, Published]:
        return dict(self.stored)

    def publish(self, name: str, alias: str, properties: Mapping[str, str]) -> None:
        self._act()
        machine = self.there[name]
        assert machine.power is Power.STOPPED
        self.stored[alias] = Published(alias, machine.wanted.virtual, 1, "2026-01-01T00:00:00Z", dict(properties))
        self.content[alias] = dict(machine.files)

    def delete_image(self, alias: str) -> bool:
        return self.stored.pop(alias, None) is not None

    def lock(self, holder: str, seconds: float) -> str:
        if self.locked not in {"", holder}:
            return self.locked
        self.locked = holder
        return ""

    def unlock(self, holder: str) -> None:
        if self.locked == holder:
            self.locked = ""

    def close(self) -> None:
        """Nothing is open."""

    def _running(self, name: str) -> FakeMachine:
        machine = self.there.get(name)
        if machine is None or machine.power is not Power.RUNNING:
            raise ProviderError(f"machine {name}", "it does not run", "Start it.")
        return machine

    def _act(self) -> None:
        self.acts += 1
        if self.kill_at is not None and self.acts >= self.kill_at:
            raise Killed
