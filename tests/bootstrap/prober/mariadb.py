"""A real MariaDB server of its own, in a folder of its own."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pymysql

from hagen.bootstrap.prober.database import Server
from tests.support import need, run

_PATIENCE = 60.0
PASSWORD = "not a real one"  # noqa: S105 - of a server that lives as long as a test


@dataclass
class MariaDB:
    """`start`, `stop` and `kill` keep the data; the port stays the same."""

    directory: Path
    port: int
    options: tuple[str, ...] = ()
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def unix_socket(self) -> Path:
        return self.directory / "sock"

    def server(self, user: str = "canary") -> Server:
        return Server(user=user, password=PASSWORD, database="canary", host="127.0.0.1", port=self.port, timeout=5.0)

    def start(self) -> None:
        log = (self.directory / "log").open("ab")
        with log:
            self.process = subprocess.Popen(
                [
                    _program("mariadbd"), "--no-defaults", *_user(), f"--datadir={self.directory / 'data'}",
                    f"--socket={self.unix_socket}", f"--port={self.port}", "--bind-address=127.0.0.1",
                    f"--pid-file={self.directory / 'pid'}", f"--tmpdir={self.directory / 'tmp'}",
                    "--skip-name-resolve", "--innodb-buffer-pool-size=32M",
                    *self.options,
                ],
                stdout=log, stderr=log,
            )  # fmt: skip
        end = time.monotonic() + _PATIENCE
        while time.monotonic() < end and self.process.poll() is None:
            with suppress(OSError), socket.socket(socket.AF_UNIX) as asking:
                asking.connect(str(self.unix_socket))
                return
            time.sleep(0.1)
        raise AssertionError((self.directory / "log").read_text()[-2000:])

    def execute(self, *statements: str) -> None:
        connection = pymysql.connect(user="root", unix_socket=str(self.unix_socket), autocommit=True)
        with connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@contextmanager
def mariadb(*options: str) -> Iterator[MariaDB]:
    """A running server with a database and a user `canary`. The path is short, as those of sockets must be.

    Servers that share /tmp remove one another's temporary tables: each has a folder of its own for them.
    """
    need("mariadbd", "mariadb-install-db")
    with TemporaryDirectory(prefix="canary-") as name:
        directory = Path(name)
        places = (directory, directory / "data", directory / "tmp")
        for path in places:
            path.mkdir(exist_ok=True)
            if os.geteuid() == 0:
                shutil.chown(path, "mysql")
        made = run(
            _program("mariadb-install-db"), "--no-defaults", *_user(), "--auth-root-authentication-method=normal",
            "--skip-test-db", f"--datadir={directory / 'data'}", f"--tmpdir={directory / 'tmp'}",
        )  # fmt: skip
        assert made.returncode == 0, made.stdout + made.stderr
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        database = MariaDB(directory, port, options)
        try:
            database.start()
            database.execute(
                "CREATE DATABASE canary",
                f"CREATE USER canary@'%' IDENTIFIED BY '{PASSWORD}'",
                "GRANT ALL ON canary.* TO canary@'%'",
            )
            yield database
        finally:
            database.kill()


def _user() -> list[str]:
    return ["--user=mysql"] if os.geteuid() == 0 else []


def _program(name: str) -> str:
    found = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    assert found is not None
    return found
