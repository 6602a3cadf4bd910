"""haproxy, over its stats socket: whether it answers, and which servers it sends connections to.

`show stat` is a CSV table with a line for each frontend, backend and server (haproxy's management guide, 9.1). Level
`user` of the socket is enough.
"""

import csv
import errno
import socket
from collections.abc import Mapping

from ..kubernetes.deadline import Deadline
from ..snapshot import HaproxyReading
from .collector import CollectorError

_OWN_SHARE = 0.9  # of the deadline, so that a slow run ends by itself
_LARGEST = 4 * 2**20
_CHUNK = 65536
_COMMAND = b"show stat\n"
# Of a column in which a server has "UP", "UP 1/3", "NOLB", "DRAIN", "DOWN 1/2 (agent)", "MAINT (via b/s)", "no check".
# Drained and NOLB servers are healthy and keep their connections; one in maintenance has none.
_STATES = {"UP": True, "NOLB": True, "DRAIN": True, "DOWN": False, "MAINT": False, "no": None}
_GROUPS = {"FRONTEND", "BACKEND"}
# Who may not look learns nothing, and so does who is out of descriptors.
_NOT_ASKED = {errno.EACCES, errno.EPERM, errno.EMFILE, errno.ENFILE}


class HaproxyCollector:
    """One question, one connection."""

    name = "haproxy"

    def __init__(self, path: str, *, interval: float = 5.0, deadline: float = 2.0) -> None:
        self.interval = interval
        self.deadline = deadline
        self._path = path

    def collect(self) -> HaproxyReading:
        """`answers` false: nobody listens there, or nobody answered in time. CollectorError for what makes no sense."""
        try:
            table = self._ask(Deadline.after(_OWN_SHARE * self.deadline))
        except OSError as error:
            if error.errno in _NOT_ASKED:
                raise CollectorError(f"{self._path}: {error.strerror}: the agent must be in haproxy's group") from error
            return HaproxyReading(answers=False)
        if not table:
            return HaproxyReading(answers=False)  # hung up: it is going away
        try:
            return HaproxyReading(answers=True, servers=parse_servers(table.decode()))
        except ValueError as error:
            raise CollectorError(f"{self._path}: {error}") from error

    def _ask(self, deadline: Deadline) -> bytes:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(deadline.remaining())
            connection.connect(self._path)  # a full queue is refused at once: EAGAIN
            connection.settimeout(deadline.remaining())
            connection.sendall(_COMMAND)
            answer = bytearray()
            while True:
                connection.settimeout(deadline.remaining())
                data = connection.recv(_CHUNK)
                answer += data
                if not data:
                    return bytes(answer)
                if len(answer) > _LARGEST:
                    raise CollectorError(f"{self._path}: the answer does not end")


def parse_servers(table: str) -> Mapping[str, bool | None]:
    """Up, down, or not checked, by "backend/server". ValueError when it is no complete table of haproxy."""
    head, _, lines = table.partition("\n")
    names = head.removeprefix("# ").split(",")
    if not head.startswith("# pxname,svname,") or "status" not in names or not table.endswith("\n\n"):
        raise ValueError("the answer is no table of haproxy, or not all of it")
    found: dict[str, bool | None] = {}
    for row in csv.reader(lines.splitlines()):
        if not row:
            continue
        if len(row) < len(names) - 1:  # the head ends with a comma too
            raise ValueError(f"a line of {len(row)} columns, not {len(names)}")
        entry = dict(zip(names, row, strict=False))
        word = entry["status"].partition(" ")[0]
        if entry["svname"] not in _GROUPS:
            found[f"{entry['pxname']}/{entry['svname']}"] = _STATES.get(word)
    return found
