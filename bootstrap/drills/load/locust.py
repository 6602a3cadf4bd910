"""Locust with the rendered load test, in a process of its own beside a drill."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ...errors import BootstrapError

PROGRAM: Final = "locust"
_LEASH: Final = "hagen.bootstrap.drills.load.leash"
_REPORT: Final = "load.json"
_LOG: Final = "locust.log"
_TAIL: Final = 12  # lines of the log that an error shows
_ENDS: Final = 40.0  # seconds to end its visits and to write its report
_OVER: Final = {0, 1}  # 1: some requests failed, which the report says better


@dataclass(frozen=True)
class Step:
    """One step as Locust saw it. Monotonic seconds. `wanted`: pods that so many users are meant to lead to."""

    name: str
    users: int
    wanted: int
    since: float
    until: float
    requests: int
    failures: int
    slowest: float
    answered: int


@dataclass(frozen=True)
class Locust:
    """How the load is made: `program` with the cluster's own configuration and further `options`."""

    program: str
    repository: Path
    cluster: str
    options: tuple[str, ...] = ()

    @property
    def configuration(self) -> Path:
        """Hosts, address and the autoscaler's bounds, as they were rendered; relative to the repository."""
        return Path("clusters", self.cluster, "load-test.conf")

    @property
    def command(self) -> tuple[str, ...]:
        """As a person would type it, at the top of the repository."""
        return (self.program, "--config", str(self.configuration), *self.options)

    def problems(self) -> Iterator[BootstrapError]:
        """Why there can be no load: known before anything is begun."""
        if shutil.which(self.program) is None:
            remedy = "Install it (pip install locust), or say where it is with --locust."
            yield BootstrapError(self.program, "there is no such program", remedy)
        if not (self.repository / self.configuration).is_file():
            remedy = "Let hagen render it: apps.sources: true, with apps.server and its autoscaler."
            yield BootstrapError(str(self.repository / self.configuration), "there is no load test", remedy)

    @contextmanager
    def going(self, folder: Path) -> Iterator["Going"]:
        """As long as the block lasts at most. BootstrapError when it did not come to its end."""
        report = (folder / _REPORT).resolve()
        argv = (sys.executable, "-m", _LEASH, *self.command, "--headless", "--only-summary", "--report", str(report))
        with (folder / _LOG).open("wb") as log:
            process = subprocess.Popen(
                argv, stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=self.repository, start_new_session=True
            )
        going = Going(process, report, folder / _LOG)
        try:
            yield going
        finally:
            going.end()


@dataclass(frozen=True)
class Going:
    """A load that goes on."""

    process: subprocess.Popen[bytes]
    report: Path
    log: Path

    def over(self) -> bool:
        """It came to its end, or broke off."""
        return self.process.poll() is not None

    def end(self) -> None:
        """Nobody loads any more."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            self.process.wait(_ENDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def steps(self) -> tuple[Step, ...]:
        """What it saw. BootstrapError when it broke off: then nobody can say."""
        if self.process.wait() not in _OVER:
            raise BootstrapError(PROGRAM, f"it ended with {self.process.returncode}", "", self._said())
        try:
            return read(self.report, time.time() - time.monotonic())
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BootstrapError(
                str(self.report), f"it is no report of the load test: {error!r}", "", self._said()
            ) from error

    def _said(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-_TAIL:])


def read(report: Path, epoch: float) -> tuple[Step, ...]:
    """The file of load-tests/record.py. `epoch`: the time of day at monotonic second 0."""
    document: dict[str, Any] = json.loads(report.read_bytes())
    began, found = float(document["began"]) - epoch, []
    since = began
    for each in document["steps"]:
        until = began + float(each["endSeconds"])
        found.append(
            Step(
                name=str(each["step"]), users=int(each["users"]), wanted=int(each["expectedPods"]), since=since,
                until=until, requests=int(each["requests"]), failures=int(each["failures"]),
                slowest=float(each["slowestMilliseconds"]) / 1000, answered=len(each["pods"]),
            )
        )  # fmt: skip
        since = until
    return tuple(found)
