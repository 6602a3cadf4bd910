"""One machine: its files, its units, and the programs that are no part of Kubernetes."""

import hashlib
import io
import tarfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from hagen.bootstrap.provider.contract import Outcome, Power, Wanted

if TYPE_CHECKING:
    from .provider import FakeWorld

OK: Final = Outcome(0)
_PROTOTYPE = Callable[["FakeMachine", Sequence[str], bytes], Outcome]


def failed(text: str, code: int = 1) -> Outcome:
    return Outcome(code, b"", text.encode() + b"\n")


def printed(text: str) -> Outcome:
    return Outcome(0, text.encode())


@dataclass
class FakeMachine:
    world: "FakeWorld"
    wanted: Wanted
    power: Power = Power.STOPPED
    files: dict[str, bytes] = field(default_factory=dict)
    units: dict[str, bool] = field(default_factory=dict)
    reloads: list[str] = field(default_factory=list)
    cloud_init: tuple[int, str] = (0, '{"status": "done", "errors": []}')

    @property
    def name(self) -> str:
        return self.wanted.name

    def boot(self) -> None:
        """What survives switching off runs again; a first boot installs what cloud-init says."""
        self.power = Power.RUNNING
        self.files.setdefault("/etc/machine-id", self.name.encode())
        self.files.setdefault("/etc/ssh/ssh_host_ed25519_key", self.name.encode())
        if not self.units:
            self.units = (
                {"haproxy": False, "keepalived": False} if self.wanted.role == "load-balancer" else {"kubelet": False}
            )
        for unit in self.units:
            self.units[unit] = self.units[unit] or unit in self.files.get("enabled", b"").decode().split()

    def execute(self, argv: Sequence[str], stdin: bytes) -> Outcome:
        program = _PROGRAMS.get(argv[0])
        return Outcome(127) if program is None else program(self, argv, stdin)


def _test(machine: FakeMachine, argv: Sequence[str], _: bytes) -> Outcome:
    assert argv[1] == "-s"
    return OK if machine.files.get(argv[2]) else Outcome(1)


def _sha256sum(machine: FakeMachine, argv: Sequence[str], _: bytes) -> Outcome:
    """`sha256sum -- FILES`."""
    listed, absent = "", ""
    for path in argv[2:]:
        content = machine.files.get(path)
        if content is None:
            absent += f"sha256sum: {path}: No such file or directory\n"
        else:
            listed += f"{hashlib.sha256(content).hexdigest()}  {path}\n"
    return Outcome(1 if absent else 0, listed.encode(), absent.encode())


def _rm(machine: FakeMachine, argv: Sequence[str], _: bytes) -> Outcome:
    for path in argv[2:]:
        for name in [name for name in machine.files if name == path or name.startswith(f"{path}/")]:
            del machine.files[name]
    return OK


def _mv(machine: FakeMachine, argv: Sequence[str], _: bytes) -> Outcome:
    source, target = argv[2:]
    machine.files[target] = machine.files.pop(source)
    return OK


def _tar(machine: FakeMachine, argv: Sequence[str], stdin: bytes) -> Outcome:
    folder = argv[2].removeprefix("--directory=")
    with tarfile.open(fileobj=io.BytesIO(stdin)) as archive:
        for member in archive:
            content = archive.extractfile(member)
            assert content is not None
            machine.files[f"{folder}/{member.name}"] = content.read()
    return OK


def _cloud_init(machine: FakeMachine, argv: Sequence[str], __: bytes) -> Outcome:
    if argv[1] == "clean":
        if "--machine-id" in argv:
            machine.files["/etc/machine-id"] = b"uninitialized\n"
        return OK
    code, text = machine.cloud_init
    return Outcome(code, text.encode())


def _truncate(machine: FakeMachine, argv: Sequence[str], _: bytes) -> Outcome:
    """`truncate --size=0 FILE`."""
    assert argv[1] == "--size=0"
    machine.files[argv[2]] = b""
    return OK


def _find(machine: FakeMachine, argv: Sequence[str], _: bytes) -> Outcome:
    """`find FOLDER ... -delete`: everything below it."""
    assert argv[-1] == "-delete"
    for name in [name for name in machine.files if name.startswith(f"{argv[1]}/")]:
        del machine.files[name]
    return OK


def _pulled(machine: FakeMachine, argv: Sequence[str], _: bytes) -> Outcome:
    """`crictl pull IMAGE`."""
    if "absent" in argv[2]:
        return failed(f'failed to pull image "{argv[2]}": not found')
    machine.files[f"/var/lib/containerd/{argv[2]}"] = b"image"
    return OK


def _fetched(machine: FakeMachine, argv: Sequence[str], _: bytes) -> Outcome:
    """`apt-get install --download-only ... PACKAGES`."""
    assert "--download-only" in argv
    for package in argv[argv.index("DPkg::Lock::Timeout=600") + 1 :]:
        machine.files[f"/var/cache/apt/archives/{package}.deb"] = b"package"
    return OK


def _ip(machine: FakeMachine, argv: Sequence[str], _: bytes) -> Outcome:
    if machine.world.holder() is machine:
        return printed(f"2: enp5s0    inet {argv[-1]} scope global enp5s0\n")
    return OK


def _systemctl(machine: FakeMachine, argv: Sequence[str], _: bytes) -> Outcome:
    verb, unit = argv[1], argv[-1].removesuffix(".service")
    if verb == "daemon-reload":
        return OK
    if verb == "is-active":
        return OK if machine.units.get(unit) else Outcome(3)
    if verb == "try-reload-or-restart":
        machine.reloads.append(unit)
        return OK
    if verb == "disable":
        assert argv[2] == "--now"
        machine.units |= dict.fromkeys(argv[3:], False)
        return OK
    if unit not in machine.units:
        return failed(f"Failed to {verb} {unit}.service: Unit {unit}.service not found.", 5)
    if verb == "enable":
        machine.files["enabled"] = machine.files.get("enabled", b"") + f" {unit}".encode()
    if verb in {"reload-or-restart", "restart", "stop"}:
        machine.reloads.append(unit)
        machine.units[unit] = verb != "stop"
    return OK


def _haproxy(machine: FakeMachine, argv: Sequence[str], _: bytes) -> Outcome:
    text = machine.files[argv[-1]]
    return failed("[ALERT] config : unknown keyword 'refused'") if b"refused" in text else OK


def _unshare(machine: FakeMachine, argv: Sequence[str], _: bytes) -> Outcome:
    text = machine.files[argv[-1]]
    return failed("(Line 1) Unknown keyword 'refused'", 5) if b"refused" in text else OK


def _kubeadm(machine: FakeMachine, argv: Sequence[str], stdin: bytes) -> Outcome:
    return machine.world.cluster.kubeadm(machine, argv[1:], stdin)


def _kubectl(machine: FakeMachine, argv: Sequence[str], stdin: bytes) -> Outcome:
    assert argv[1] == "--kubeconfig=/etc/kubernetes/admin.conf"
    if not machine.files.get("/etc/kubernetes/admin.conf"):
        return failed("error: stat /etc/kubernetes/admin.conf: no such file or directory")
    return machine.world.cluster.kubectl(machine, argv[2:], stdin)


def _agent(machine: FakeMachine, _: Sequence[str], __: bytes) -> Outcome:
    version = machine.files.get("/opt/hagen-agent/version")
    return Outcome(127) if version is None else printed(f"hagen-agent, version {version.decode()}\n")


def _sh(machine: FakeMachine, argv: Sequence[str], _: bytes) -> Outcome:
    """The agent's installer: the only script that is run."""
    assert argv[1].endswith("/install.sh")
    assert argv[1] in machine.files
    machine.files["/opt/hagen-agent/version"] = argv[2].partition("==")[2].encode()
    for unit in ("hagen-agent", "hagen-agent-keepalived.socket"):
        machine.units.setdefault(unit, False)
    return OK


_PROGRAMS: dict[str, _PROTOTYPE] = {
    "true": lambda *_: OK,
    "mkdir": lambda *_: OK,
    "tail": lambda *_: printed("E: Unable to locate package\n"),
    "test": _test,
    "sha256sum": _sha256sum,
    "rm": _rm,
    "mv": _mv,
    "tar": _tar,
    "cloud-init": _cloud_init,
    "find": _find,
    "truncate": _truncate,
    "crictl": _pulled,
    "apt-get": _fetched,
    "sync": lambda *_: OK,
    "ip": _ip,
    "systemctl": _systemctl,
    "haproxy": _haproxy,
    "unshare": _unshare,
    "kubeadm": _kubeadm,
    "kubectl": _kubectl,
    "/opt/hagen-agent/bin/hagen-agent": _agent,
    "sh": _sh,
}
