"""The demonstration's server as a process, and what a client sees of it."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.support import ROOT, need, run

SOURCES = ROOT / "gitops-template/images/server"
OLDEST = (20, 19)
CLIENT = "client.local"
_PATIENCE = 30.0
T = TypeVar("T")


def node() -> str:
    """Node.js, with what the server needs beside its sources; without them the test is skipped, or fails in CI."""
    need("node", "npm")
    version = run("node", "--version").stdout.strip()
    found = tuple(int(part) for part in version.removeprefix("v").split(".")[:2])
    missing = "" if found >= OLDEST else f"Node.js is {version}; 20.19 or newer is needed"
    if not (SOURCES / "node_modules").is_dir():
        missing = "`make images` has not installed what the server needs"
    if missing and os.environ.get("HAGEN_REQUIRE_TESTBED"):
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)
    program = shutil.which("node")
    assert program is not None
    return program


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]  # names in lower case
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


def request(connection: http.client.HTTPConnection, method: str, path: str, body: Any = None, **headers: str) -> Answer:
    """One request; `body` goes as JSON unless it is bytes. A `_` in a header's name stands for `-`."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    if content is not None and "Content-Type" not in sent:
        sent["Content-Type"] = "application/json"
    connection.request(method, path, body=content, headers=sent)
    response = connection.getresponse()
    found = {name.lower(): value for name, value in response.getheaders()}
    return Answer(response.status, found, response.read().decode())


def person(name: str = "ann", typed: str = "correct horse") -> dict[str, str]:
    """What somebody types into the form of registration."""
    return {"name": name.capitalize(), "email": f"{name}@example.com", "password": typed}


class Server:
    """One replica, on a port of its own."""

    def __init__(self, directory: Path, environment: Mapping[str, str], name: str = "server") -> None:
        with socket.create_server(("", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.log = directory / f"{name}.log"
        self.environment = {"PORT": str(self.port), "CLIENT_HOST": CLIENT, "DRAIN_SECONDS": "0.5", **environment}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *command: str) -> "Server":
        """Start it without waiting; `command` in place of Node.js and the sources."""
        command = command or (node(), str(SOURCES / "src/main.js"))
        environment = {"PATH": os.environ["PATH"], **self.environment}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return self

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE)
        try:
            return request(connection, method, path, body, **headers)
        finally:
            connection.close()

    def get(self, path: str, token: str | None = None) -> Answer:
        return self.ask("GET", path, **({"Authorization": f"Bearer {token}"} if token else {}))

    def post(self, path: str, body: Any = None, token: str | None = None, **headers: str) -> Answer:
        return self.ask("POST", path, body, **({"Authorization": f"Bearer {token}"} if token else {}), **headers)

    def status(self, path: str) -> int | None:
        """The status of an answer; None while nobody answers."""
        try:
            return self.get(path).status
        except (OSError, http.client.HTTPException):
            return None

    def until(self, path: str, status: int) -> "Server":
        eventually(lambda: self.status(path), lambda found: found == status, self.text)
        return self

    def text(self) -> str:
        return self.log.read_text()

    def terminate(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)

    def ended(self) -> int:
        """Its exit code, once it has ended."""
        assert self.process is not None
        return self.process.wait(_PATIENCE)

    def kill(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def eventually(
    look: Callable[[], T], good: Callable[[T], object], why: Callable[[], object] = str, patience: float = _PATIENCE
) -> T:
    """What `look` finds as soon as it is good."""
    end = time.monotonic() + patience
    while not good(found := look()):
        assert time.monotonic() < end, (found, why())
        time.sleep(0.05)
    return found
