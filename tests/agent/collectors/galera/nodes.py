"""Real Galera nodes on 127.0.0.1, with TLS for their clients and the agent's account."""

import contextlib
import os
import random
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pymysql

PASSWORD = "Sesame_0123456789"  # noqa: S105 - of nodes that live for a test
_PROVIDER = "/usr/lib/galera/libgalera_smm.so"
_USER = "mysql" if os.geteuid() == 0 else str(os.geteuid())  # as root, rsync would become nobody
_STATEMENTS = (
    "CREATE USER hagen_agent@'127.0.0.1' IDENTIFIED BY '{password}' REQUIRE SSL",
    "CREATE USER hagen_agent@localhost IDENTIFIED BY '{password}' REQUIRE SSL",
)


@dataclass
class Node:
    """One mariadbd."""

    directory: Path
    port: int
    replication: int
    peers: str
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def socket(self) -> Path:
        return self.directory / "mysql.sock"

    def start(self, pair: Path, *, bootstrap: bool = False) -> None:
        options = ";".join((
            f"gmcast.listen_addr=tcp://127.0.0.1:{self.replication}", f"ist.recv_addr=127.0.0.1:{self.replication + 1}",
            "gcache.size=16M", "evs.suspect_timeout=PT1S", "evs.inactive_timeout=PT2S", "evs.keepalive_period=PT0.3S", "pc.recovery=false",
        ))  # fmt: skip
        argv = [
            "mariadbd", "--no-defaults", f"--user={_USER}", f"--datadir={self.directory}/data", f"--socket={self.socket}",
            f"--pid-file={self.directory}/pid", f"--tmpdir={self.directory}", "--bind-address=127.0.0.1", f"--port={self.port}",
            "--skip-name-resolve", "--innodb-buffer-pool-size=32M", "--innodb-log-file-size=16M", "--innodb-flush-log-at-trx-commit=0",
            "--performance-schema=OFF", "--binlog-format=ROW", "--innodb-autoinc-lock-mode=2", f"--ssl-cert={pair}", f"--ssl-key={pair}",
            "--wsrep-on=ON", f"--wsrep-provider={_PROVIDER}", "--wsrep-cluster-name=agent", f"--wsrep-cluster-address=gcomm://{self.peers}",
            f"--wsrep-node-address=127.0.0.1:{self.replication}", f"--wsrep-node-name={self.directory.name}", "--wsrep-sst-method=rsync",
            f"--wsrep-sst-receive-address=127.0.0.1:{self.replication + 2}",
            f"--wsrep-provider-options={options}", *(["--wsrep-new-cluster"] if bootstrap else []),
        ]  # fmt: skip
        with (self.directory / "log").open("ab") as log:
            self.process = subprocess.Popen(argv, stdout=log, stderr=log)
        self.wait("wsrep_local_state_comment", "Synced")

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        connection = pymysql.Connection(
            user="root", ssl_disabled=True, autocommit=True, read_timeout=10, defer_connect=True
        )
        with socket.socket(socket.AF_UNIX) as plain:  # PyMySQL's own is left open when nobody listens yet
            plain.connect(str(self.socket))
            connection.connect(plain)
            with connection, connection.cursor() as cursor:
                cursor.execute(statement)
                return list(cursor.fetchall())

    def wait(self, variable: str, value: str, patience: float = 40) -> None:
        end = time.monotonic() + patience
        while time.monotonic() < end:
            with contextlib.suppress(pymysql.Error, OSError, IndexError):
                if self.query(f"SHOW STATUS LIKE '{variable}'")[0][1] == value:
                    return
            assert self.process is not None
            if self.process.poll() is not None:
                break
            time.sleep(0.2)
        raise AssertionError(f"{variable} is not {value}:\n" + (self.directory / "log").read_text()[-3000:])

    def stop(self, *, kill: bool = False) -> None:
        if self.process is None:
            return
        (self.process.kill if kill else self.process.terminate)()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None


@contextlib.contextmanager
def cluster(certificate: Path, size: int) -> Iterator[list[Node]]:
    """That many nodes, in one component."""
    with tempfile.TemporaryDirectory(prefix="hagen-galera-") as temporary:
        directory = Path(temporary)
        pair = directory / "server.pem"
        shutil.copy(certificate, pair)
        for path in (directory, pair):
            _give(path)
        with _started(directory, pair, size) as nodes:
            yield nodes


def _give(path: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(path, _USER)


@contextlib.contextmanager
def _started(directory: Path, pair: Path, size: int) -> Iterator[list[Node]]:
    ports = [_free_ports() for _ in range(size)]
    peers = ",".join(f"127.0.0.1:{port + 1}" for port in ports)
    nodes = [Node(directory / f"app-pxc-{number}", port, port + 1, peers) for number, port in enumerate(ports)]
    try:
        _seed(nodes, pair)
        for node in nodes:
            node.start(pair, bootstrap=node is nodes[0])
        for node in nodes:
            node.wait("wsrep_cluster_size", str(size))
        yield nodes
    finally:
        for node in nodes:
            node.stop(kill=True)


def _seed(nodes: list[Node], pair: Path) -> None:
    """One data directory for all, copied after a clean stop: at the same position no node needs a state transfer."""
    first = nodes[0]
    for node in nodes:
        node.directory.mkdir()
        _give(node.directory)
    subprocess.run(
        ["mariadb-install-db", "--no-defaults", f"--user={_USER}", f"--datadir={first.directory}/data", f"--tmpdir={first.directory}",
         "--skip-test-db", "--auth-root-authentication-method=normal"],
        check=True, capture_output=True,
    )  # fmt: skip
    first.start(pair, bootstrap=True)
    for statement in _STATEMENTS:
        first.query(statement.format(password=PASSWORD))
    first.stop()
    data = first.directory / "data"
    for name in ("gvwstate.dat", "galera.cache"):
        (data / name).unlink(missing_ok=True)
    for node in nodes[1:]:
        subprocess.run(["cp", "-a", data, node.directory / "data"], check=True)
    state = data / "grastate.dat"
    state.write_text(re.sub(r"safe_to_bootstrap: .", "safe_to_bootstrap: 1", state.read_text()))


def _free_ports() -> int:
    """The first of four in a row: SQL, replication, and its two for state transfers.

    Below those that the kernel gives to clients: the tests beside open thousands of connections between the choice of a
    port and its use.
    """
    while True:
        first = random.randrange(20000, 32000)
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError):
            for port in range(first, first + 4):
                stack.enter_context(socket.socket()).bind(("127.0.0.1", port))
            return first
