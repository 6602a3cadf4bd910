"""A real LXD with a package repository, a rendered cluster for it, and `hagen bootstrap up` as a user runs it."""

import json
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from hagen.bootstrap.prober.records import Attempt, read
from hagen.bootstrap.provider.lxd import LxdProvider, Server
from tests.bootstrap.end_to_end import packages
from tests.lxd import lab as labs
from tests.lxd.image import built
from tests.support import ROOT

HERE = Path(__file__).parent
CLUSTER = "production"
VIRTUAL_IP = "10.196.35.30"
PACKAGES = (
    "conntrack", "etcd-client", "etcd-server", "ethtool", "haproxy", "keepalived", "nftables", "openssl",
    "python3-cryptography", "python3-venv", "socat",
)  # fmt: skip
PRESEED = """
config: {images.auto_update_interval: "0"}
storage_pools:
- {name: default, driver: btrfs, config: {size: 12GiB}}
profiles:
- {name: default, devices: {root: {type: disk, path: /, pool: default}}}
"""
LIMIT = 420.0  # seconds for one run, on a machine that does other things too
STEP = re.compile(r"==> (?P<name>\S+)")
DONE = re.compile(r"^\s*[\d.]+   done (?P<name>\S+) .*\((?P<seconds>[\d.]+) s\)$", re.MULTILINE)


@dataclass(frozen=True)
class Result:
    """What a run came to. `steps`: seconds by step."""

    code: int
    output: str
    errors: str
    steps: Mapping[str, float]

    @property
    def changes(self) -> list[str]:
        """The lines that say what is not as it was."""
        return [line.split("changed ", 1)[1] for line in self.output.splitlines() if "  changed " in line]


@dataclass
class EndToEnd:
    """One cluster on one LXD. `repository`: the rendered one; `configuration`: its hagen.yaml."""

    lab: labs.Lab
    folder: Path
    provider: LxdProvider = field(init=False)
    timings: list[tuple[str, float, Mapping[str, float]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.provider = LxdProvider(Server(self.lab.socket("one")).connect, CLUSTER)
        self.repository = self.folder / "repository"
        self.configuration = self.folder / "hagen.yaml"
        self.configuration.write_text((HERE / "hagen.yaml").read_text())
        self.render()

    @property
    def _wheels(self) -> tuple[str, ...]:
        return ("--agent-wheels", str(self.folder / "wheels"))

    def render(self) -> None:
        """As `hagen render` does it."""
        command = ["hagen", "render", "-c", str(self.configuration), "-o", str(self.repository)]
        subprocess.run([sys.executable, "-m", "hagen.generator", *command[1:]], check=True, capture_output=True)

    def begin(self, *argv: str, group: str = "bootstrap") -> subprocess.Popen[str]:
        """Start `hagen bootstrap ...`, or another group of commands."""
        where = ["-r", str(self.repository), "--lxd", self.lab.socket("one")]
        command = [sys.executable, "-m", "hagen.generator", group, argv[0], *where, *argv[1:]]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True)

    def run(self, *argv: str, name: str = "", group: str = "bootstrap") -> Result:
        """A whole run of `hagen bootstrap ...`. `name`: of what it is for, beside its times."""
        began = time.monotonic()
        with self.begin(*argv, group=group) as process:
            try:
                output, errors = process.communicate(timeout=LIMIT)
            except BaseException:
                process.kill()
                raise
        steps = {found["name"]: float(found["seconds"]) for found in DONE.finditer(output)}
        self.timings.append((name or " ".join(argv), time.monotonic() - began, steps))
        return Result(process.returncode, output, errors, steps)

    def up(self, name: str, *options: str) -> Result:
        """`hagen bootstrap up`, for something."""
        return self.run("up", *self._wheels, *options, name=name)

    def down(self) -> None:
        """All of it away, if anything is there."""
        if self.provider.machines():
            result = self.run("down", "--yes")
            assert result.code == 0, result.errors

    def killed_in(self, step: str, after: float = 0.0) -> None:
        """Run until a step has begun and so many seconds have passed, then kill -9."""
        began = time.monotonic()
        with self.begin("up", *self._wheels) as process:
            assert process.stdout is not None
            watchdog = threading.Timer(LIMIT, process.kill)
            watchdog.start()
            try:
                seen = _until(process.stdout, step)
                time.sleep(after)
                ended = process.poll()
                process.send_signal(signal.SIGKILL)
                output, errors = process.communicate(timeout=30)
            finally:
                watchdog.cancel()
        self.timings.append((f"killed in {step}", time.monotonic() - began, {}))
        assert ended is None, f"it ended before {step}: {seen}{output}{errors}"

    def execute(self, machine: str, *argv: str, stdin: bytes = b"") -> tuple[int, str]:
        """A command on a machine: its code, and all that it printed."""
        outcome = self.provider.execute(machine, argv, timeout=60, stdin=stdin)
        return outcome.code, (outcome.stdout + outcome.stderr).decode()

    def kubectl(self, *argv: str, on: str = "k8s-master-1") -> str:
        """kubectl on a control plane, which must succeed."""
        code, said = self.execute(on, "kubectl", "--kubeconfig=/etc/kubernetes/admin.conf", *argv)
        assert code == 0, said
        return said

    def apply(self, value: object) -> None:
        """What the cluster shall have."""
        command = ("kubectl", "--kubeconfig=/etc/kubernetes/admin.conf", "apply", "--server-side", "-f", "-")
        code, said = self.execute("k8s-master-1", *command, stdin=json.dumps(value).encode())
        assert code == 0, said

    def nodes(self) -> dict[str, bool]:
        """Node -> Ready."""
        items = json.loads(self.kubectl("get", "nodes", "--output=json"))["items"]
        return {item["metadata"]["name"]: item["status"]["conditions"][0]["status"] == "True" for item in items}

    def asked(self, machine: str) -> list[dict[str, object]]:
        """What the stand-ins on a machine were asked."""
        return [json.loads(line) for line in self.provider.pull(machine, "/var/log/standins.jsonl").splitlines()]

    def etcd(self, *argv: str, on: str) -> str:
        """etcdctl on a control plane, which must succeed."""
        pki = "/etc/kubernetes/pki/etcd"
        options = [f"--cacert={pki}/ca.crt", f"--cert={pki}/server.crt", f"--key={pki}/server.key"]
        code, said = self.execute(on, "etcdctl", "--endpoints=https://127.0.0.1:2379", *options, *argv)
        assert code == 0, said
        return said

    def members(self, on: str = "k8s-master-2") -> dict[str, int]:
        """Voting members of etcd: name -> ID."""
        found = json.loads(self.etcd("member", "list", "--write-out=json", on=on))["members"]
        return {member["name"]: member["ID"] for member in found if not member.get("isLearner")}

    def told_to_fail(self, machine: str, call: str, says: str, times: int = 1) -> None:
        """The next calls of a stand-in that match fail with these words."""
        wishes = [{"call": call, "times": times, "says": says}]
        self.provider.push(machine, "/etc/standins/failures.json", json.dumps(wishes).encode())

    def holders(self) -> list[str]:
        """The load balancers whose kernel has the virtual IP."""
        there = self.provider.machines()
        names = [name for name in there if there[name].role == "load-balancer" and there[name].power == "running"]
        shown = {
            name: self.execute(name, "ip", "-4", "-oneline", "address", "show", "to", f"{VIRTUAL_IP}/32")[1]
            for name in names
        }
        return [name for name, text in shown.items() if VIRTUAL_IP in text]

    @contextmanager
    def probed(self) -> Iterator[Callable[[], Mapping[str, list[Attempt]]]]:
        """Ask the API through the virtual IP meanwhile, over new connections and over one that is kept.

        What is given ends the asking, and tells every attempt.
        """
        authority = self.folder / "ca.crt"
        authority.write_bytes(self.provider.pull("k8s-master-1", "/etc/kubernetes/pki/ca.crt"))
        common = {"url": f"https://{VIRTUAL_IP}:6443/readyz", "caFile": str(authority), "timeout": 2.0}
        probes = [{"name": kind, "kind": kind, "interval": 0.05, **common} for kind in ("new-connection", "pooled")]
        plan, result = self.folder / "plan.json", self.folder / "result"
        plan.write_text(json.dumps({"probes": probes}))
        command = [sys.executable, "-m", "hagen.bootstrap.prober", str(plan), str(result), "--stdin"]
        pipe = subprocess.PIPE
        with subprocess.Popen([*self._inside(), *command], stdin=pipe, stdout=pipe, text=True) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                assert process.stdout.readline() == "ready\n"
                time.sleep(1)

                def ended() -> Mapping[str, list[Attempt]]:
                    process.communicate(timeout=30)
                    return {name: list(attempts) for name, attempts in read(result).attempts.items()}

                yield ended
            finally:
                process.kill()

    def serve(self) -> subprocess.Popen[bytes]:
        """The package repository, on the bridge's address as soon as there is a bridge."""
        root = self.folder / "packages"
        packages.build(root)
        command = [sys.executable, "-m", "http.server", "8000", "--directory", str(root)]
        quiet = subprocess.DEVNULL
        return subprocess.Popen([*self._inside(), *command], stdin=quiet, stdout=quiet, stderr=quiet)

    def make_wheels(self) -> None:
        """Of the health agent, for the machines' Python."""
        command = [str(ROOT / "scripts/agent_wheels.sh"), sys.executable, str(self.folder / "wheels"), "3.11"]
        subprocess.run(command, check=True, capture_output=True)

    def _inside(self) -> list[str]:
        """In front of a command: in the network of the machines' host. It ends with the lab."""
        namespaces = ["nsenter", "--target", str(self.lab.pid), "--mount", "--pid", "--net"]
        return [*namespaces, "ip", "netns", "exec", "one"]


def _until(output: IO[str], step: str) -> str:
    """What is printed before a step begins."""
    seen = []
    for line in output:
        seen.append(line)
        found = STEP.search(line)
        if found and found["name"] == step:
            break
    return "".join(seen)


@contextmanager
def started(folder: Path) -> Iterator[EndToEnd]:
    """From nothing, and back to nothing."""
    image = built(PACKAGES, HERE / "image/customise.sh")
    with labs.started([labs.Daemon("one", preseed=PRESEED, images={"e2e": str(image)})]) as lab:
        here = EndToEnd(lab, folder)
        here.make_wheels()
        server = here.serve()
        try:
            yield here
        finally:
            here.provider.close()
            server.kill()
            server.wait(30)
