"""The API server's stand-in with a real etcd of its own, for tests."""

import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from tests.testbed.pki import Certificates, issue
from tests.testbed.requirements import need
from tests.testbed.standins.control import command
from tests.testbed.standins.trial import Answer, connect, eventually, fetch, free_port, loopback, running

NAME = "k8s-master-1"


@dataclass(frozen=True)
class Etcd:
    """A running etcd; `metrics` is the port of its /health."""

    process: subprocess.Popen[bytes]
    address: str
    port: int
    metrics: int
    certificates: Certificates


@dataclass(frozen=True)
class Server:
    """A running stand-in."""

    process: subprocess.Popen[bytes]
    address: str
    port: int
    control: Path
    log: Path
    context: ssl.SSLContext

    def connect(self) -> HTTPConnection:
        """For requests one after the other."""
        return connect(self.address, self.port, self.context)

    def get(self, path: str) -> Answer:
        """On a connection of its own."""
        return fetch(self.address, self.port, path, self.context)

    def order(self, line: str) -> None:
        """A command that has to go well."""
        assert command(self.control, line) == "ok"


@contextmanager
def etcd(directory: Path) -> Iterator[Etcd]:
    """A single member, healthy."""
    need("etcd", "setpriv")
    address = loopback()
    pki = issue(directory / "pki", ["localhost"], [address])
    client, peer, metrics = (free_port(address) for _ in range(3))
    arguments = {
        "data-dir": directory / "data",
        "listen-client-urls": f"https://{address}:{client}",
        "advertise-client-urls": f"https://{address}:{client}",
        "listen-peer-urls": f"http://{address}:{peer}",
        "initial-advertise-peer-urls": f"http://{address}:{peer}",
        "initial-cluster": f"default=http://{address}:{peer}",
        "listen-metrics-urls": f"http://{address}:{metrics}",
        "trusted-ca-file": pki.ca,
        "cert-file": pki.certificate,
        "key-file": pki.key,
    }
    flags = [f"--{key}={value}" for key, value in arguments.items()]
    log = directory / "log"
    with running(log, "etcd", "--client-cert-auth", *flags) as process:
        eventually(lambda: fetch(address, metrics, "/health").status == 200, log)
        yield Etcd(process, address, client, metrics, pki)


@contextmanager
def apiserver(etcd: Etcd, directory: Path, *more: str) -> Iterator[Server]:
    """Ready; in the end its log is looked through for tracebacks."""
    pki, address = etcd.certificates, etcd.address
    port, log, control = free_port(address), directory / "log", directory / "control"
    options = {
        "name": NAME,
        "listen": f"{address}:{port}",
        "certificate": pki.certificate,
        "key": pki.key,
        "etcd": f"https://{address}:{etcd.port}",
        "etcd-metrics": f"http://{address}:{etcd.metrics}",
        "etcd-ca": pki.ca,
        "etcd-certificate": pki.certificate,
        "etcd-key": pki.key,
        "control": control,
    }
    flags = [f"--{key}={value}" for key, value in options.items()]
    context = ssl.create_default_context(cafile=str(pki.ca))
    with running(log, sys.executable, "-m", "tests.testbed.standins.apiserver", *flags, *more) as process:
        server = Server(process, address, port, control, log, context)
        eventually(lambda: server.get("/readyz").status == 200, log)
        yield server
    assert "Traceback" not in log.read_text()
