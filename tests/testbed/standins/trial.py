"""How tests start programs, wait for them and ask them."""

import random
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """What an HTTP server said."""

    status: int
    body: str

    @property
    def name(self) -> str:
        """Who it was."""
        return self.body.split()[0]


def loopback() -> str:
    """An address of this machine that nobody else is likely to use: tests run side by side."""
    return f"127.{random.randint(1, 250)}.{random.randint(1, 250)}.{random.randint(1, 250)}"


def free_port(address: str) -> int:
    """A TCP port that is free at the moment."""
    with socket.create_server((address, 0)) as server:
        port: int = server.getsockname()[1]
    return port


@contextmanager
def running(log: Path, *argv: str | Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program, dead at the end, whatever happens. Its output goes to `log`."""
    command = ["setpriv", "--pdeathsig", "KILL", *map(str, argv)]
    with log.open("ab") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def stopped(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """The program does nothing for as long as this lasts."""
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


def eventually(check: Callable[[], T], log: Path, patience: float = 60) -> T:
    """Ask until the answer is true (OSError counts as no); generous, as machines may be busy."""
    end = time.monotonic() + patience
    last: object = None
    while time.monotonic() < end:
        try:
            if found := check():
                return found
            last = found
        except OSError as failure:
            last = failure
        time.sleep(0.02)
    raise AssertionError(f"still {last!r} after {patience} s\n{log.read_text(errors='replace')[-2000:]}")


def connect(
    address: str, port: int, context: ssl.SSLContext | None = None, *, patience: float = 30, source: str = ""
) -> HTTPConnection:
    """A connection that is kept for as many requests as the server allows; `source`: the client's address."""
    own = (source, 0) if source else None
    if context is None:
        return HTTPConnection(address, port, timeout=patience, source_address=own)
    return HTTPSConnection(address, port, timeout=patience, source_address=own, context=context)


def ask(connection: HTTPConnection, path: str, method: str = "GET", body: str | None = None) -> Answer:
    """One request on a connection that stays open."""
    connection.request(method, path, body)
    response = connection.getresponse()
    return Answer(response.status, response.read().decode())


def fetch(address: str, port: int, path: str, context: ssl.SSLContext | None = None) -> Answer:
    """One request on a connection of its own."""
    with closing(connect(address, port, context)) as connection:
        return ask(connection, path)


def server_states(admin: Path) -> dict[str, str]:
    """{backend/server: state} as haproxy's stats socket says it."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(str(admin))
        connection.sendall(b"show stat\n")
        text = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    rows = [line.split(",") for line in text.splitlines() if line]
    proxy, server, state = (rows[0].index(column) for column in ("# pxname", "svname", "status"))
    return {
        f"{row[proxy]}/{row[server]}": row[state].split()[0]
        for row in rows[1:]
        if row[server] not in {"FRONTEND", "BACKEND"}
    }
