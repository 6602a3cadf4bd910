"""Two load balancers in network namespaces, one cable between them, a real keepalived and an observing agent in each."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.agent.configured import document

VIP = "192.0.2.30"
_CONFIGURATION = """
global_defs {{
    router_id {name}
    vrrp_version 3
}}
vrrp_instance test {{
    state BACKUP
    nopreempt
    interface lb0
    virtual_router_id 7
    priority {priority}
    advert_int 0.1
    unicast_src_ip {own}
    unicast_peer {{
        {peer}
    }}
    virtual_ipaddress {{
        {vip}/24 dev lb0
    }}
}}
"""


@dataclass
class Balancer:
    """One of the two. Its keepalived dumps into its own folder."""

    number: int
    directory: Path
    keeper: int  # the process whose network namespace it is
    processes: list[subprocess.Popen[Any]] = field(default_factory=list)

    def command(self, *command: str) -> list[str]:
        return ["setpriv", "--pdeathsig", "KILL", "nsenter", f"--net=/proc/{self.keeper}/ns/net", "--", *command]

    def ip(self, *arguments: str) -> None:
        subprocess.run(self.command("ip", *arguments), check=True)

    def keepalived(self) -> subprocess.Popen[bytes]:
        own, peer = f"192.0.2.{self.number}", f"192.0.2.{3 - self.number}"
        text = _CONFIGURATION.format(
            name=self.directory.name, own=own, peer=peer, vip=VIP, priority=(254, 100)[self.number - 1]
        )
        file = self.directory / "keepalived.conf"
        file.write_text(text)
        command = self.command(
            "keepalived", "--dont-fork", "--log-console", "--vrrp", f"--use-file={file}",
            f"--pid={self.directory}/parent.pid", f"--vrrp_pid={self.directory}/vrrp.pid",
        )  # fmt: skip
        with (self.directory / "keepalived.log").open("ab") as log:
            process = subprocess.Popen(
                command, stdout=log, stderr=log, start_new_session=True,
                env=os.environ | {"TMPDIR": str(self.directory), "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"},
            )  # fmt: skip
        self.processes.append(process)
        return process

    def pid(self, which: str) -> int:
        """parent or vrrp."""
        return int((self.directory / f"{which}.pid").read_text())

    def observer(self, ca: Path, token: Path, **sections: Any) -> "Observer":
        settings = document(
            keepalived={
                "socket": str(self.directory / "helper.sock"), "dumpFile": str(self.directory / "keepalived.json")
            },
            **sections,
        )  # fmt: skip
        file = self.directory / "agent.json"
        file.write_text(json.dumps(settings))
        script = str(Path(__file__).with_name("observer.py"))
        process = subprocess.Popen(
            self.command(sys.executable, script, str(file), str(ca), str(token)),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        self.processes.append(process)
        return Observer(process)

    def end(self) -> None:
        for name in ("vrrp", "parent"):
            with contextlib.suppress(OSError, ValueError):
                os.kill(self.pid(name), signal.SIGKILL)
        for process in reversed(self.processes):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with contextlib.suppress(OSError):
                        stream.close()


@dataclass
class Observer:
    process: subprocess.Popen[str]

    def look(self) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        reading: dict[str, Any] = json.loads(self.process.stdout.readline())
        return reading

    def until(self, condition: Callable[[dict[str, Any]], bool], patience: float = 15) -> dict[str, Any]:
        """The first reading of which this is so; the last one when it never is."""
        end = time.monotonic() + patience
        while not condition(reading := self.look()) and time.monotonic() < end:
            time.sleep(0.1)
        return reading


@contextlib.contextmanager
def pair(directory: Path) -> Iterator[tuple[Balancer, Balancer]]:
    """Both, without anything running in them; everything is gone at the end."""
    keepers = [
        subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "unshare", "--net", "sleep", "1d"], start_new_session=True
        )
        for _ in range(2)
    ]  # fmt: skip
    balancers = []
    try:
        for number, keeper in enumerate(keepers, 1):
            _await_namespace(keeper.pid)
            own = directory / f"lb-{number}"
            own.mkdir()
            balancers.append(Balancer(number, own, keeper.pid))
        first, second = balancers
        first.ip("link", "add", "lb0", "type", "veth", "peer", "name", "lb0", "netns", str(second.keeper))
        for balancer in balancers:
            balancer.ip("addr", "add", f"192.0.2.{balancer.number}/24", "dev", "lb0")
            balancer.ip("link", "set", "lb0", "up")
            balancer.ip("link", "set", "lo", "up")
        yield first, second
    finally:
        for balancer in balancers:
            balancer.end()
        for keeper in keepers:
            os.killpg(keeper.pid, signal.SIGKILL)
            keeper.wait()


def _await_namespace(pid: int) -> None:
    home = Path("/proc/self/ns/net").readlink()
    while Path(f"/proc/{pid}/ns/net").readlink() == home:
        time.sleep(0.01)
