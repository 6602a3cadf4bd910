"""Numbered writes to a MySQL server (Galera), and the log of those that were acknowledged.

A write that failed may have been carried out all the same, so its number is never used again: only what was
acknowledged must be found afterwards.
"""

import asyncio
import os
import threading
import time

from .database import Server, Session, failure_of
from .plan import CanaryProbe
from .records import Attempt, Outcome
from .schedule import Schedule
from .writes import AcknowledgementLog, acknowledged

__all__ = ["Canary", "acknowledged"]


class Canary:
    """One INSERT each interval, in a thread because PyMySQL blocks.

    After any failure the next write opens another connection: so do connection pools when a node has left its cluster.
    """

    def __init__(self, probe: CanaryProbe) -> None:
        self.attempts: list[Attempt] = []
        self._probe = probe
        self._server = Server(
            user=probe.user,
            password=os.environ[probe.password_environment] if probe.password_environment else "",
            database=probe.database,
            host=probe.host,
            port=probe.port,
            timeout=probe.timeout,
        )
        self._log = AcknowledgementLog(probe.acknowledged)
        self._session: Session | None = None
        self._created = False
        self._connections = 0

    async def run(self, stop: asyncio.Event, start: float) -> None:
        """Until `stop`, and the end of the write that is under way then."""
        over = threading.Event()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(asyncio.to_thread(self._write, over, Schedule(start, self._probe.interval)))
                await stop.wait()
                over.set()
        finally:
            over.set()

    def _write(self, over: threading.Event, schedule: Schedule) -> None:
        number = 0
        with self._log:
            while not over.wait(max(0.0, schedule.due - time.monotonic())):
                number += 1
                started = time.monotonic()
                attempt = self._attempt(number, started, max(0.0, started - schedule.due))
                if attempt.ok:
                    self._log.add(number)
                self.attempts.append(attempt)
                if self._probe.mode == "new-connection" or not attempt.ok:
                    self._drop()
                schedule.advance(time.monotonic())
        self._drop()

    def _attempt(self, number: int, started: float, late: float) -> Attempt:
        outcome, answer = Outcome.OK, ""
        try:
            session = self._session or self._connect()
            session.insert(self._probe.run, number)
            answer = session.node
        except Exception as failure:  # noqa: BLE001 - PyMySQL meets bytes that are no MySQL with errors of any kind
            outcome, answer = failure_of(failure)
        return Attempt(started, time.monotonic(), outcome, answer, self._connections, late=late)

    def _connect(self) -> Session:
        self._connections += 1
        self._session = Session(self._server, create=not self._created)
        self._created = True
        return self._session

    def _drop(self) -> None:
        if self._session is not None:
            self._session.close()
        self._session = None
