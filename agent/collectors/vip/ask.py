"""Ask keepalived: through the helper, or as root directly. Without either it is unknown, unless no process is there."""

import os
import socket
from pathlib import Path

from ...config import Keepalived
from ...keepalived import dump
from ...keepalived.answer import Answer, decoded
from ...kubernetes.deadline import Deadline

_LARGEST = 5 * 2**20
_CHUNK = 65536


def ask(config: Keepalived, deadline: Deadline) -> Answer:
    """Never an exception."""
    try:
        return decoded(_from_helper(config.socket, deadline))
    except (FileNotFoundError, ConnectionRefusedError) as error:
        if os.geteuid() == 0:
            return dump.ask(Path(config.dump_file), deadline)
        problem = f"{config.socket}: {error.strerror}"
    except (OSError, ValueError, RecursionError) as error:
        problem = f"{config.socket}: {error or type(error).__name__}"
    return _without_dump(problem)


def _without_dump(problem: str) -> Answer:
    """Whether a process is there can be seen by anybody, if it is allowed to be seen."""
    try:
        gone = not dump.processes()
    except (dump.DumpError, OSError):
        gone = False
    return Answer(alive=False if gone else None, problem=problem)


def _from_helper(path: str, deadline: Deadline) -> bytes:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(deadline.remaining())
        connection.connect(path)
        answer = bytearray()
        while True:
            connection.settimeout(deadline.remaining())
            data = connection.recv(_CHUNK)
            answer += data
            if not data:
                return bytes(answer)
            if len(answer) > _LARGEST:
                raise ValueError("the answer does not end")
