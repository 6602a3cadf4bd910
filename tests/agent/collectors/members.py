"""Real etcd members on 127.0.0.1."""

import itertools
import os
import signal
import socket
import subprocess
from contextlib import ExitStack
from pathlib import Path


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        taken = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in taken:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in taken]


class Members:
    """Real ones, on loopback."""

    def __init__(self, directory: Path, size: int, *options: str, program: str = "etcd") -> None:
        ports = iter(_free_ports(3 * size))
        self.ports = [tuple(itertools.islice(ports, 3)) for _ in range(size)]
        cluster = ",".join(f"m{number}=http://127.0.0.1:{peer}" for number, (_, peer, _) in enumerate(self.ports))
        self.processes = []
        for number, (client, peer, metrics) in enumerate(self.ports):
            with (directory / f"{number}.log").open("wb") as log:
                self.processes.append(subprocess.Popen(
                    ["setpriv", "--pdeathsig", "KILL", program, f"--name=m{number}", f"--data-dir={directory}/m{number}",
                     f"--listen-client-urls=http://127.0.0.1:{client}", f"--advertise-client-urls=http://127.0.0.1:{client}",
                     f"--listen-peer-urls=http://127.0.0.1:{peer}", f"--initial-advertise-peer-urls=http://127.0.0.1:{peer}",
                     f"--initial-cluster={cluster}", f"--listen-metrics-urls=http://127.0.0.1:{metrics}", *options],
                    stdout=log, stderr=log,
                ))  # fmt: skip

    @property
    def urls(self) -> list[str]:
        return [f"http://127.0.0.1:{metrics}" for _, _, metrics in self.ports]

    def signal(self, number: int, name: signal.Signals) -> None:
        os.kill(self.processes[number].pid, name)

    def end(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()
