"""Numbered writes to a MySQL server (Galera), and the log of those that were acknowledged.

A write that failed may have been carried out all the same: only what was acknowledged must be found again.
"""

import asyncio
import os
import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

import pymysql
from pymysql.connections import Connection

from .plan import CanaryProbe
from .records import Attempt, Outcome

_CREATE = "CREATE TABLE IF NOT EXISTS canary (run VARCHAR(64), id BIGINT, PRIMARY KEY (run, id))"
_INSERT = "INSERT INTO canary (run, id) VALUES (%s, %s)"
_LOST = {2003, 2006, 2013, 2014}  # MySQL's client errors: no connection, or no more


class Canary:
    """One kept connection, one INSERT each interval. PyMySQL blocks, so it has a thread of its own."""

    def __init__(self, probe: CanaryProbe) -> None:
        self._probe = probe
        self._connection: Connection | None = None
        self.connections = 0
        self.attempts: list[Attempt] = []

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`."""
        over = threading.Event()
        writing = asyncio.get_running_loop().run_in_executor(None, self._write, over)
        await stop.wait()
        over.set()
        await writing

    def _write(self, over: threading.Event) -> None:
        number = 0
        with self._probe.acknowledged.open("a") as log:
            while not over.is_set():
                number += 1
                started = time.monotonic()
                attempt = self._attempt(number, started)
                self.attempts.append(attempt)
                if attempt.ok:
                    log.write(f"{number}\n")
                    log.flush()
                over.wait(max(0.0, started + self._probe.interval - time.monotonic()))
        self._drop()

    def _attempt(self, number: int, started: float) -> Attempt:
        try:
            connection = self._connection or self._connect()
            with connection.cursor() as cursor:
                cursor.execute(_INSERT, (self._probe.run, number))
        except (pymysql.MySQLError, OSError) as failure:
            self._drop()
            code = failure.args[0] if failure.args and isinstance(failure.args[0], int) else 0
            outcome = Outcome.CLOSED if code in _LOST or isinstance(failure, OSError) else Outcome.ERROR
            return Attempt(started, time.monotonic(), outcome, str(code), self.connections)
        return Attempt(started, time.monotonic(), Outcome.OK, "", self.connections)

    def _connect(self) -> Connection:
        probe = self._probe
        self.connections += 1
        connection = pymysql.connect(
            host=probe.host,
            port=probe.port,
            user=probe.user,
            password=os.environ.get(probe.password_environment, ""),
            database=probe.database,
            autocommit=True,
            connect_timeout=max(1, int(probe.timeout)),
            read_timeout=probe.timeout,
            write_timeout=probe.timeout,
        )
        self._connection = connection
        with connection.cursor() as cursor:
            cursor.execute(_CREATE)
        return connection

    def _drop(self) -> None:
        if self._connection is not None and self._connection.open:
            self._connection.close()  # one word to a server that may be silent: write_timeout bounds it
        self._connection = None


def acknowledged(log: Path) -> set[int]:
    """The numbers that were confirmed. A line that was cut off while it was written does not count."""
    return {int(line) for line in log.read_text().splitlines(keepends=True) if line.endswith("\n")}


def missing(confirmed: Iterable[int], present: Mapping[str, Iterable[int]]) -> dict[str, set[int]]:
    """By node: what was confirmed and is not there."""
    wanted = set(confirmed)
    return {node: wanted - set(numbers) for node, numbers in present.items()}
