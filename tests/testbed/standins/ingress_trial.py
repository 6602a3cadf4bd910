"""The ingress stand-in as a process, for tests."""

import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from tests.testbed.pki import Certificates
from tests.testbed.requirements import need
from tests.testbed.standins.control import command
from tests.testbed.standins.trial import Answer, connect, eventually, fetch, free_port, loopback, running

NAME = "k8s-worker-1"


@dataclass(frozen=True)
class Worker:
    """A running stand-in."""

    process: subprocess.Popen[bytes]
    address: str
    port: int
    tls_port: int
    control: Path
    log: Path
    context: ssl.SSLContext

    def connect(self) -> HTTPConnection:
        """For requests one after the other."""
        return connect(self.address, self.port)

    def get(self, path: str) -> Answer:
        """On a connection of its own."""
        return fetch(self.address, self.port, path)

    def order(self, line: str) -> None:
        """A command that has to go well."""
        assert command(self.control, line) == "ok"

    def said(self, *pieces: bytes) -> bytes:
        """What a plain connection gets that sends these pieces."""
        with socket.create_connection((self.address, self.port), timeout=30) as connection:
            for piece in pieces:
                connection.sendall(piece)
            try:
                return b"".join(iter(lambda: connection.recv(65536), b""))
            except ConnectionResetError:
                return b""


@contextmanager
def ingress(pki: Certificates, directory: Path, *more: str) -> Iterator[Worker]:
    """Listening; in the end its log is looked through for tracebacks."""
    need("setpriv")
    address, log, control = loopback(), directory / "log", directory / "control"
    port, tls_port = free_port(address), free_port(address)
    context = ssl.create_default_context(cafile=str(pki.ca))
    context.check_hostname = False
    flags = [
        f"--name={NAME}", f"--listen={address}:{port}", f"--tls-listen={address}:{tls_port}",
        f"--certificate={pki.certificate}", f"--key={pki.key}", f"--control={control}",
    ]  # fmt: skip
    with running(log, sys.executable, "-m", "tests.testbed.standins.ingress", *flags, *more) as process:
        worker = Worker(process, address, port, tls_port, control, log, context)
        eventually(lambda: command(control, "status"), log)
        eventually(lambda: _listens(address, port) and _listens(address, tls_port), log)
        yield worker
    assert "Traceback" not in log.read_text()


def _listens(address: str, port: int) -> bool:
    with socket.create_connection((address, port), timeout=30):
        return True
