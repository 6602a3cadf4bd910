"""Health of a worker's Galera node for haproxy: 200 while it is synced, in a primary component and ready, else 503."""

import argparse
import asyncio
import threading
import time
from pathlib import Path

import pymysql

from tests.testbed.standins import arguments
from tests.testbed.standins.connection import Service
from tests.testbed.standins.http1 import Request, Response
from tests.testbed.standins.listeners import listen
from tests.testbed.standins.program import run

_INTERVAL = 0.1
_TIMEOUT = 1
_STALE = 1.5
_WANTED = {"wsrep_local_state": "4", "wsrep_cluster_status": "Primary", "wsrep_ready": "ON"}
_QUESTION = f"SHOW GLOBAL STATUS WHERE Variable_name IN {tuple(_WANTED)}"


class Node:
    """The local mariadbd; a thread keeps asking it, as PyMySQL blocks."""

    def __init__(self, name: str, mysql_socket: Path) -> None:
        self._name = name
        self._socket = mysql_socket
        self._connection: pymysql.Connection | None = None
        # Replaced as a whole: (when it was known, empty or what is wrong).
        self._verdict = (time.monotonic(), "not asked yet")

    def answer(self, _: Request, __: str) -> Response:
        """Any path."""
        since, problem = self._verdict
        age = time.monotonic() - since
        if age > _STALE:
            problem = f"silent for {age:.1f} s"
        return Response(503 if problem else 200, f"{self._name} {problem or 'synced'}\n")

    def watch(self) -> None:
        """Ask for ever."""
        while True:
            problem = self._ask()
            self._verdict = (time.monotonic(), problem)
            time.sleep(_INTERVAL)

    def _ask(self) -> str:
        try:
            found = self._status()
        except (pymysql.Error, OSError, ValueError) as failure:
            self._connection = None
            return f"{type(failure).__name__}: {failure}".replace("\n", " ")
        wrong = [f"{name}={found.get(name)}" for name, wanted in _WANTED.items() if found.get(name) != wanted]
        return " ".join(wrong)

    def _status(self) -> dict[str, str]:
        if self._connection is None:
            self._connection = pymysql.connect(
                unix_socket=str(self._socket), user="root", connect_timeout=_TIMEOUT, read_timeout=_TIMEOUT
            )
        with self._connection.cursor() as cursor:
            cursor.execute(_QUESTION)
            return dict(cursor.fetchall())


async def serve(options: argparse.Namespace, told_to_end: asyncio.Event) -> None:
    """Until SIGTERM."""
    node = Node(options.name, options.mysql_socket)
    threading.Thread(target=node.watch, daemon=True).start()
    listener = await listen(Service(options.name, node.answer), options.listen)
    await told_to_end.wait()
    listener.close()


def main() -> None:
    """Read the command line and serve."""
    parser = arguments.parser(__doc__)
    parser.add_argument("--listen", required=True, type=arguments.endpoint)
    parser.add_argument("--mysql-socket", required=True, type=Path)
    options = parser.parse_args()
    run(lambda told_to_end: serve(options, told_to_end))


if __name__ == "__main__":
    main()
