"""The other end of a stand-in's control socket, for tests and faults."""

import json
import socket
from pathlib import Path
from typing import Any


def command(socket_path: Path | str, line: str, timeout: float = 5.0) -> str:
    """Send one command; `ok`, `error: ...` or what it answers. OSError when nobody is there."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(timeout)
        connection.connect(str(socket_path))
        connection.sendall(line.encode() + b"\n")
        answer = b""
        while not answer.endswith(b"\n"):
            if not (data := connection.recv(65536)):
                raise ConnectionResetError(f"{socket_path}: no answer to {line!r}")
            answer += data
    return answer.decode().rstrip("\n")


def status(socket_path: Path | str) -> dict[str, Any]:
    """{"name", "mode", "requests": {path: number}, "connections", "streams", ...}."""
    found: dict[str, Any] = json.loads(command(socket_path, "status"))
    return found
