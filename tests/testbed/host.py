"""One host of the testbed: a network namespace, a folder, and the daemons that run there."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.testbed.cable import Cable
from tests.testbed.errors import TestbedError
from tests.testbed.processes import inhabitants, kill_session, session, signal_quietly


@dataclass(frozen=True)
class Daemon:
    """What one daemon is started with. `restarted`: as systemd does with Restart=always, RestartSec=100ms."""

    name: str
    argv: tuple[str, ...]
    restarted: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)
    own_namespace: bool = True  # keepalived enters the namespace itself


# The shell is what systemd is elsewhere. It gives way when it is told to end, and takes nobody with it.
_RESTARTED = 'while :; do "$@" & wait $!; sleep 0.1; done'
# Configuration at its real place, in a mount namespace that dies with the process.
MOUNTED = 'while [ "$1" != -- ]; do mount --bind "$1" "$2"; shift 2; done; shift; exec "$@"'


class Host:
    """A machine of the testbed, by the name that the inventory gives it."""

    def __init__(self, name: str, role: str, address: str, directory: Path, keeper: int, cable: Cable) -> None:
        self.name, self.role, self.address = name, role, address
        self.directory = directory
        self.cable = cable
        self.powered = True
        self.power_losses: list[float] = []  # monotonic seconds
        self.mounts: dict[Path, str] = {}
        self.witnesses: list[Daemon] = []  # no daemons of the host's own: they look on, and begin again with every boot
        self._keeper = keeper
        self._running: dict[str, tuple[Daemon, subprocess.Popen[bytes]]] = {}
        (directory / "logs").mkdir(parents=True)

    @property
    def namespace(self) -> Path:
        """The network namespace, as a file of this machine."""
        return Path(f"/proc/{self._keeper}/root/run/netns/{self.name}")

    def argv(self, *command: str | Path, network: bool = True) -> list[str]:
        """`command` as it has to be called to run on this host."""
        entered = ["nsenter", f"--mount=/proc/{self._keeper}/ns/mnt", f"--wdns={self.directory}"]
        if network:
            entered.append(f"--net={self.namespace}")
        mounts = [str(part) for pair in self.mounts.items() for part in pair]
        own = ["unshare", "--mount", "--propagation", "private", "sh", "-ec", MOUNTED, "sh", *mounts, "--"]
        return [*entered, "--", *(own if mounts else []), *map(str, command)]

    def run(self, *command: str | Path, timeout: float = 30) -> subprocess.CompletedProcess[str]:
        """Run a command on the host to its end; the caller judges the exit code."""
        environment = os.environ | {"LC_ALL": "C.UTF-8"}
        return subprocess.run(
            self.argv(*command), env=environment, capture_output=True, text=True, check=False, timeout=timeout
        )

    def start(self, daemon: Daemon) -> None:
        """Start a daemon; it dies with this process, whatever happens. Its output goes to its log."""
        if threading.current_thread() is not threading.main_thread():
            raise TestbedError("a daemon's life hangs on the thread that started it: start it from the main thread")
        self.forget(daemon.name)
        inner = ["sh", "-c", _RESTARTED, "sh", *daemon.argv] if daemon.restarted else list(daemon.argv)
        command = ["setpriv", "--pdeathsig", "KILL", *self.argv(*inner, network=daemon.own_namespace)]
        environment = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin", **daemon.environment}
        with self.log(daemon.name).open("ab") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, start_new_session=True
            )
        self._running[daemon.name] = (daemon, process)

    def log(self, daemon: str) -> Path:
        """Where a daemon's output goes."""
        return self.directory / "logs" / f"{daemon}.log"

    def tail(self, daemon: str, lines: int = 8) -> str:
        """The last lines of a daemon's log."""
        path = self.log(daemon)
        text = path.read_text(errors="replace").splitlines()[-lines:] if path.exists() else []
        return "\n".join(f"  {self.name} {daemon}: {line}" for line in text)

    def process(self, daemon: str) -> int:
        """Process id of a daemon (of the shell that restarts it, if it is restarted)."""
        return self._running[daemon][1].pid

    def alive(self, daemon: str) -> bool:
        """Whether the process that was started is still there."""
        entry = self._running.get(daemon)
        return entry is not None and entry[1].poll() is None

    def forget(self, daemon: str) -> None:
        """Kill what was started under this name (a restarted daemon stays dead), and wait for it."""
        entry = self._running.pop(daemon, None)
        if entry is None:
            return
        kill_session(entry[1].pid, signal.SIGKILL)
        entry[1].wait()

    def stop(self, daemon: str, patience: float = 10) -> None:
        """A clean stop, as `systemctl stop` does it: SIGTERM to the daemon, SIGKILL after `patience` seconds."""
        declared, process = self._running.pop(daemon)
        if declared.restarted:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        members = session(process.pid)
        for pid in members[:1]:
            signal_quietly(pid, signal.SIGTERM)
        end = time.monotonic() + patience
        while session(process.pid) and time.monotonic() < end:
            if not declared.restarted:
                process.poll()
            time.sleep(0.01)
        kill_session(process.pid, signal.SIGKILL)
        process.wait()

    def end(self, daemon: str) -> None:
        """SIGTERM, and nobody waits for it; `forget` it when it is no longer alive."""
        for pid in session(self.process(daemon))[:1]:
            signal_quietly(pid, signal.SIGTERM)

    def forget_all(self) -> None:
        """Kill all that was started here, and wait for it."""
        for name in list(self._running):
            self.forget(name)

    def pids(self, command: str) -> list[int]:
        """Process ids on this host whose name (comm) is `command`, oldest first."""
        return [process.pid for process in inhabitants(self.namespace) if process.name == command[:15]]

    def members(self, daemon: str) -> list[int]:
        """Process ids of a daemon that was started here, without the shell that restarts it."""
        if daemon not in self._running:
            raise TestbedError(f"{self.name} runs no {daemon!r}; it runs: {', '.join(self._running) or 'nothing'}")
        declared, process = self._running[daemon]
        return [pid for pid in session(process.pid) if not (declared.restarted and pid == process.pid)]

    def power_off(self) -> float:
        """Everything dies at once, cable first. Returns when it began (monotonic seconds)."""
        began = time.monotonic()
        self.power_losses.append(began)
        self.cable.unplug()
        self.forget_all()
        for process in inhabitants(self.namespace):
            signal_quietly(process.pid, signal.SIGKILL)
        self.powered = False
        return began

    def power_on(self) -> None:
        """The cable is back, and who looks on does so again; whoever wants daemons starts them."""
        for witness in self.witnesses:
            self.start(witness)
        self.cable.plug()
        self.powered = True
