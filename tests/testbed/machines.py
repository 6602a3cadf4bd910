"""The lab as a provider of machines: what drives LXD's machines drives these.

A drill runs in a process of its own, in the client's network. It asks over a socket; the process that has the lab
answers, in its main thread, because daemons live as long as the thread that started them.
"""

import base64
import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hagen.bootstrap.inventory import load_inventory
from hagen.bootstrap.machine.kubectl import ADMIN
from hagen.bootstrap.provider.contract import (
    Image,
    Machine,
    Network,
    Offer,
    Outcome,
    Power,
    ProviderError,
    Published,
    Timeout,
    Wanted,
)
from tests.testbed.daemons import apiserver, galera
from tests.testbed.host import Host
from tests.testbed.lab import Lab
from tests.testbed.processes import inhabitants, signal_quietly

_CA = "/etc/kubernetes/pki/ca.crt"
_KUBECTL = str(Path(sys.executable).with_name("kubectl"))
_LARGEST = 1 << 26


@dataclass
class Keeper:
    """The side that has the lab. `paused`: hosts whose processes get no time."""

    lab: Lab
    paused: set[str] = field(default_factory=set)

    def answer(self, request: Mapping[str, Any]) -> object:
        """By the method's name."""
        methods: dict[str, Callable[..., object]] = {
            "machines": self.machines,
            "start": self.start,
            "stop": self.stop,
            "freeze": self.freeze,
            "execute": self.execute,
            "pull": self.pull,
            "present": self.present,
        }
        return methods[request["method"]](**request["arguments"])

    def machines(self) -> dict[str, str]:
        """What each is doing."""
        machines = self.lab.cluster.inventory.machines
        return {machine.name: self._power(self._host(machine.name)) for machine in machines}

    def start(self, name: str) -> None:
        """Let it go on, or boot it."""
        host = self._host(name)
        if name in self.paused:
            self.paused.discard(name)
            self._signal(host, signal.SIGCONT)
        elif not host.powered:
            self.lab.power_on(host)

    def stop(self, name: str, *, force: bool) -> None:
        """By force everything dies at once; else daemons are asked to end, the last one started first."""
        host = self._host(name)
        if not host.powered:
            return
        if name in self.paused:
            self.start(name)
        for daemon in [] if force else reversed(self.lab.daemons(host)):
            if host.alive(daemon.name):
                host.stop(daemon.name)
        self.lab.power_off(host)

    def freeze(self, name: str) -> None:
        """No process of the host gets any time; its kernel, which is ours, goes on."""
        host = self._running(name)
        self.paused.add(name)
        self._signal(host, signal.SIGSTOP)

    def execute(self, name: str, argv: Sequence[str], *, timeout: float, stdin: str) -> dict[str, object]:
        """A command on the host. kubectl is that of the tests, with the kubeconfig that the host would have."""
        host = self._running(name)
        if argv[0] == "kubectl":
            argv = [_KUBECTL, *(word.replace(ADMIN, str(apiserver.admin(host))) for word in argv[1:])]
        try:
            done = subprocess.run(
                host.argv(*argv), input=base64.b64decode(stdin), capture_output=True, check=False, timeout=timeout
            )
        except subprocess.TimeoutExpired:
            raise Timeout(f"machine {name}", f"{argv[0]} was not done within {timeout:g} seconds") from None
        return {"code": done.returncode, "stdout": _encoded(done.stdout), "stderr": _encoded(done.stderr)}

    def pull(self, name: str, path: str) -> str:
        """The files that a drill asks for, where the lab has them."""
        host = self._host(name)
        own = host.directory / path.lstrip("/")
        file = self.lab.context.certificates.ca if path == _CA else own
        if not file.is_file():
            raise ProviderError(f"machine {name}", f"there is no {path}")
        return _encoded(file.read_bytes())

    def present(self, run: str) -> dict[str, list[int] | None]:
        """Which numbered writes of a run each database node has."""
        query = f"SELECT id FROM canary.canary WHERE run = '{run}'"  # noqa: S608 - hexadecimal digits
        nodes = self.lab.context.of("worker")
        return {host.name: [int(str(row[0])) for row in galera.execute(host, query)] for host in nodes}

    def _host(self, name: str) -> Host:
        if name not in self.lab.context.hosts:
            raise ProviderError(f"machine {name}", "there is no such machine")
        return self.lab.context.hosts[name]

    def _running(self, name: str) -> Host:
        host = self._host(name)
        if self._power(host) is not Power.RUNNING:
            raise ProviderError(f"machine {name}", "it does not run", "Start it.")
        return host

    def _power(self, host: Host) -> Power:
        if host.name in self.paused:
            return Power.FROZEN
        return Power.RUNNING if host.powered else Power.STOPPED

    def _signal(self, host: Host, number: signal.Signals) -> None:
        for process in inhabitants(host.namespace):
            signal_quietly(process.pid, number)


def keep(
    lab: Lab,
    listener: socket.socket,
    process: "subprocess.Popen[str]",
    meanwhile: Callable[[], None] = lambda: None,
) -> None:
    """Answer one request after the other until the process ends. `meanwhile`: is called at least five times a second."""
    keeper = Keeper(lab)
    listener.settimeout(0.2)
    while process.poll() is None:
        meanwhile()
        try:
            connection, _ = listener.accept()
        except TimeoutError:
            continue
        _serve(keeper, connection)
    for name in list(keeper.paused):
        keeper.start(name)


def _serve(keeper: Keeper, connection: socket.socket) -> None:
    """Commands beside what is done to machines: one that waits for an API that is gone must not hold a drill up."""
    with connection.makefile("rb") as stream:
        line = stream.readline(_LARGEST)
    request = json.loads(line) if line else None
    if request is None:
        connection.close()
    elif request["method"] == "execute":
        threading.Thread(target=_reply, args=(keeper, connection, request), daemon=True).start()
    else:
        _reply(keeper, connection, request)


def _reply(keeper: Keeper, connection: socket.socket, request: Mapping[str, Any]) -> None:
    with connection, suppress(ConnectionError):
        connection.sendall(json.dumps(_answered(keeper, request)).encode() + b"\n")


def _answered(keeper: Keeper, request: Mapping[str, Any]) -> dict[str, object]:
    try:
        return {"result": keeper.answer(request)}
    except ProviderError as error:
        return {"place": error.place, "cause": error.cause, "remedy": error.remedy, "late": isinstance(error, Timeout)}


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


class LabProvider:
    """The other side: a provider (hagen.bootstrap.provider.contract), as far as machines that are there go."""

    def __init__(self, path: Path, inventory: Path) -> None:
        self._path, self._inventory = path, load_inventory(inventory)

    def machines(self) -> Mapping[str, Machine]:
        """All of the inventory."""
        power = self._ask("machines")
        roles = {machine.name: machine.role for machine in self._inventory.machines}
        return {name: Machine(name, roles[name], Power(state), "") for name, state in power.items()}

    def start(self, name: str) -> None:
        """Boots it."""
        self._ask("start", name=name)

    def stop(self, name: str, *, timeout: float, force: bool = False) -> None:  # noqa: ARG002 - a protocol's
        """It takes as long as its daemons take."""
        self._ask("stop", name=name, force=force)

    def freeze(self, name: str) -> None:
        """Stops its processes."""
        self._ask("freeze", name=name)

    def execute(
        self,
        name: str,
        argv: Sequence[str],
        *,
        timeout: float,
        stdin: bytes = b"",
        silent: bool = False,  # noqa: ARG002 - a protocol's
    ) -> Outcome:
        """In its namespaces."""
        found = self._ask("execute", name=name, argv=list(argv), timeout=timeout, stdin=_encoded(stdin))
        return Outcome(found["code"], base64.b64decode(found["stdout"]), base64.b64decode(found["stderr"]))

    def pull(self, name: str, path: str) -> bytes:
        """Of its folder."""
        return base64.b64decode(self._ask("pull", name=name, path=path))

    def present(self, run: str) -> dict[str, set[int] | None]:
        """Numbered writes by database node."""
        return {node: set(numbers) for node, numbers in self._ask("present", run=run).items()}

    def lock(self, holder: str, seconds: float) -> str:  # noqa: ARG002
        """Nobody else works on a lab."""
        return ""

    def unlock(self, holder: str) -> None:
        """Nothing to give back."""

    def close(self) -> None:
        """Each request has a connection of its own."""

    def offer(self) -> Offer:
        """A lab makes no machines."""
        raise NotImplementedError

    def has_image(self, image: Image, *, virtual: bool) -> bool | None:
        """The same."""
        raise NotImplementedError

    def ensure_network(self, network: Network) -> bool:
        """The same."""
        raise NotImplementedError

    def delete_network(self, name: str) -> bool:
        """The same."""
        raise NotImplementedError

    def create(self, wanted: Wanted) -> bool:
        """The same."""
        raise NotImplementedError

    def change(self, wanted: Wanted) -> bool:
        """The same."""
        raise NotImplementedError

    def delete(self, name: str) -> bool:
        """The same."""
        raise NotImplementedError

    def push(self, name: str, path: str, content: bytes, *, mode: int = 0o644, owner: str = "root") -> None:
        """The same."""
        raise NotImplementedError

    def shell(self, name: str) -> Sequence[str]:
        """The same."""
        raise NotImplementedError

    def images(self) -> Mapping[str, Published]:
        """The same."""
        raise NotImplementedError

    def publish(self, name: str, alias: str, properties: Mapping[str, str]) -> None:
        """The same."""
        raise NotImplementedError

    def delete_image(self, alias: str) -> bool:
        """The same."""
        raise NotImplementedError

    def _ask(self, method: str, **arguments: object) -> Any:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self._path))
            with connection.makefile("rwb") as stream:
                stream.write(json.dumps({"method": method, "arguments": arguments}).encode() + b"\n")
                stream.flush()
                answer = json.loads(stream.readline(_LARGEST))
        if "result" in answer:
            return answer["result"]
        kind = Timeout if answer["late"] else ProviderError
        raise kind(answer["place"], answer["cause"], answer["remedy"])
