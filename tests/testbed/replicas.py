"""Replicas of the demonstration's server beside the client, and people who register with them until they are answered."""

import http.client
import itertools
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.images.server import CLIENT, SOURCES, Answer, eventually, node, person, request
from tests.testbed.daemons import database_front, galera
from tests.testbed.host import Daemon
from tests.testbed.lab import Lab
from tests.testbed.namespace import inside

SCHEMA = "shop"
_PASSWORD = "Of_a_testbed_1"  # noqa: S105 - of a database that lives as long as a test
_FIRST_PORT = 3101
_PATIENCE = 20.0
_RECOVERY = 60.0


class Replica:
    """One server in the client's namespace. `database`: the address it connects to; the proxy's, unless told."""

    def __init__(self, lab: Lab, number: int, database: str = "127.0.0.1") -> None:
        self._lab, self.name, self.port = lab, f"server-{number}", _FIRST_PORT + number
        password = lab.context.client.directory / "database-password"
        password.write_text(_PASSWORD)
        environment = {
            "NODE_ENV": "test", "PORT": str(self.port), "CLIENT_HOST": CLIENT, "DB_HOST": database,
            "DB_PORT": str(database_front.PORT), "DB_NAME": SCHEMA, "DB_USER": SCHEMA, "DB_PASSWORD_FILE": str(password),
        }  # fmt: skip
        self._daemon = Daemon(self.name, (node(), str(SOURCES / "src/main.js")), environment=environment)

    def start(self) -> None:
        self._lab.context.client.start(self._daemon)

    def stop(self) -> None:
        self._lab.context.client.forget(self.name)

    def drain(self) -> None:
        """It ends by itself, when it has answered what it was asked."""
        self._lab.context.client.end(self.name)

    @property
    def alive(self) -> bool:
        """Its process is there."""
        return self._lab.context.client.alive(self.name)

    @property
    def ready(self) -> bool:
        """It takes requests."""
        return self._status("/readyz") == 200

    @property
    def process(self) -> int:
        """Its process id."""
        return self._lab.context.client.process(self.name)

    def wait_until_ready(self) -> None:
        eventually(lambda: self._status("/readyz"), lambda status: status == 200, self.log)

    def log(self) -> str:
        return self._lab.context.client.log(self.name).read_text()

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """OSError or HTTPException when nobody answers."""
        with inside(self._lab.context.client.namespace):
            plain = socket.create_connection(("127.0.0.1", self.port), timeout=_PATIENCE)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE)
        connection.sock = plain
        try:
            return request(connection, method, path, body, **headers)
        finally:
            connection.close()

    def database_node(self) -> str:
        """The database node behind this replica; empty while there is none."""
        answer = self.ask("GET", "/api/db")
        return str(answer.json["database"]["node"]) if answer.status == 200 else ""

    def _status(self, path: str) -> int | None:
        try:
            return self.ask("GET", path).status
        except (OSError, http.client.HTTPException):
            return None


@contextmanager
def schema(lab: Lab) -> Iterator[None]:
    """An empty schema with its user, on all nodes; gone afterwards."""
    first = lab.context.of("worker")[0]
    galera.execute(first, f"CREATE DATABASE {SCHEMA}")
    galera.execute(first, f"CREATE USER {SCHEMA}@'%' IDENTIFIED BY '{_PASSWORD}'")
    galera.execute(first, f"GRANT ALL ON {SCHEMA}.* TO {SCHEMA}@'%'")
    try:
        yield
    finally:
        lab.wait_until_healthy()
        galera.execute(first, f"DROP DATABASE {SCHEMA}")
        galera.execute(first, f"DROP USER {SCHEMA}@'%'")


@contextmanager
def serving(*replicas: Replica) -> Iterator[None]:
    """All of them started at once, and ready."""
    try:
        for replica in replicas:
            replica.start()
        for replica in replicas:
            replica.wait_until_ready()
        yield
    finally:
        for replica in replicas:
            replica.stop()


@dataclass
class People:
    """They register one after the other, each sending the same request until it is acknowledged."""

    replicas: tuple[Replica, ...]
    acknowledged: dict[str, str] = field(default_factory=dict)  # e-mail address to id
    moments: list[float] = field(default_factory=list)  # of acknowledgements, monotonic seconds
    answers: list[int | None] = field(default_factory=list)  # None: no answer came
    _ending: threading.Event = field(default_factory=threading.Event)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @contextmanager
    def at_work(self, crowd: int = 4) -> Iterator[None]:
        """`crowd` of them at a time; at the end those who wait for an answer still get it."""
        threads = [threading.Thread(target=self._one_after_the_other) for _ in range(crowd)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._ending.set()
            for thread in threads:
                thread.join()

    def go_on(self, number: int) -> None:
        """Until so many more are acknowledged."""
        wanted = len(self.moments) + number
        eventually(lambda: len(self.moments), lambda found: found >= wanted, patience=_RECOVERY)

    def since(self, moment: float) -> int:
        """How many were acknowledged after a moment."""
        return sum(acknowledged > moment for acknowledged in self.moments)

    def _one_after_the_other(self) -> None:
        while not self._ending.is_set():
            body = person(f"person{next(self._numbers)}")
            end = time.monotonic() + 60
            while (answer := self._register(body)) is None or answer.status != 201:
                if time.monotonic() > end:
                    return
                time.sleep(0.2)
            self.acknowledged[body["email"]] = answer.json["user"]["id"]
            self.moments.append(time.monotonic())

    def _register(self, body: dict[str, str]) -> Answer | None:
        replica = self.replicas[len(self.answers) % len(self.replicas)]
        try:
            answer = replica.ask("POST", "/api/register", body)
        except (OSError, http.client.HTTPException):
            self.answers.append(None)
            return None
        self.answers.append(answer.status)
        return answer
