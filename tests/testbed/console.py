"""The two ends between which a person's orders go: the testbed that shows itself, and `make break` elsewhere."""

import os
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.testbed.errors import TestbedError

_SOCKET = "orders.sock"
_FOLDERS = "hagen-testbed-*"
_REFUSED = "! "
# An order may wait for a clean stop (10 s) and for a boot.
_PATIENCE = 60.0
_NONE = "no testbed runs; start one with `make testbed`"


def listen(directory: Path) -> socket.socket:
    """Where a testbed hears orders; `answer` does not wait for one."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(directory / _SOCKET))
    listener.listen()
    listener.settimeout(0.25)
    return listener


def answer(listener: socket.socket, carry_out: Callable[[str], str]) -> str | None:
    """Carry out one order, if one comes within a quarter of a second; returns it."""
    try:
        connection, _ = listener.accept()
    except TimeoutError:
        return None
    with connection:
        connection.settimeout(2)
        line = ""
        try:
            line = connection.recv(4096).decode(errors="replace")
            text = carry_out(line)
        except (TestbedError, OSError) as failure:
            text = f"{_REFUSED}{failure}"
        try:
            connection.sendall(text.encode())
        except OSError:
            return line  # who asked is gone
    return line


def give(line: str, chosen: str = "") -> str:
    """Give an order to the testbed that runs. `chosen`: the name of its folder, needed where several run.

    TestbedError with the reason and the remedy.
    """
    found = sorted(Path(tempfile.gettempdir()).glob(f"{_FOLDERS}/{_SOCKET}"))
    alive = [path for path in found if _listens(path)]
    if chosen:
        alive = [path for path in alive if path.parent.name == chosen]
    if not alive:
        raise TestbedError(_none(chosen))
    if len(alive) > 1:
        names = "\n".join(f"  LAB={path.parent.name}" for path in alive)
        raise TestbedError(f"{len(alive)} testbeds run; add to the command which one is meant:\n{names}")
    try:
        text = _exchange(alive[0], line or "help")
    except OSError as failure:
        raise TestbedError(f"{alive[0].parent.name} did not answer: {failure}; does it still run?") from failure
    if text.startswith(_REFUSED):
        raise TestbedError(text.removeprefix(_REFUSED))
    return text


def _none(chosen: str) -> str:
    return f"no testbed {chosen!r} runs; leave LAB out where there is one" if chosen else _NONE


def _listens(path: Path) -> bool:
    """Somebody does; TestbedError when it is not for us."""
    try:
        _connect(path).close()
    except PermissionError:
        user = os.geteuid()
        raise TestbedError(f"{path.parent.name} belongs to another user (you are {user}): call it with sudo") from None
    except OSError:
        return False  # its testbed was killed a moment ago
    return True


def _connect(path: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(_PATIENCE)
        connection.connect(str(path))
    except OSError:
        connection.close()
        raise
    return connection


def _exchange(path: Path, line: str) -> str:
    with _connect(path) as connection:
        connection.sendall(line.encode())
        connection.shutdown(socket.SHUT_WR)
        text = b"".join(iter(lambda: connection.recv(65536), b"")).decode()
    if not text:
        raise ConnectionResetError("it ended")
    return text
