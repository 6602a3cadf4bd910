"""The prober beside a drill, in a process of its own: nothing that a drill does may look like a gap."""

import secrets
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from ..errors import BootstrapError
from ..prober import records
from ..prober.plan import Plan, dump_plan
from ..prober.writes import acknowledged
from .clients import Places, Probe, probes
from .drill import Drill

_PATIENCE: Final = 20.0  # seconds to begin, and to end


class Probing:
    """Clients at work as long as the block lasts; afterwards `recording` is what they saw. They die with us."""

    recording: records.Recording

    def __init__(self, drill: Drill, places: Places, folder: Path) -> None:
        self.run = secrets.token_hex(4)
        folder.mkdir(parents=True, exist_ok=True)
        self._plan, self._result, self.log = folder / "plan.json", folder / "attempts.jsonl", folder / "acknowledged"
        self.log.touch()
        self.probes: tuple[Probe, ...] = probes(places, drill.clients, self.run, self.log, drill.apart)

    def __enter__(self) -> Self:
        dump_plan(Plan(probes=self.probes), self._plan)
        command = (sys.executable, "-m", "hagen.bootstrap.prober", str(self._plan), str(self._result), "--stdin")
        pipe = subprocess.PIPE
        # A session of its own: Ctrl-C is for the drill, which ends it when it is time.
        self._process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, start_new_session=True
        )
        if _out(self._process).readline() != "ready\n":
            said = self._end()
            raise BootstrapError("prober", "it did not begin", "", said)
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        said = self._end()
        if kind is not None:
            return
        if self._process.returncode != 0 or said:
            raise BootstrapError("prober", f"it ended with {self._process.returncode}", "", said)
        self.recording = records.read(self._result)

    def acknowledged(self) -> set[int]:
        """The numbered writes that the database has confirmed so far."""
        confirmed: set[int] = acknowledged(self.log)
        return confirmed

    def _end(self) -> str:
        """What it complained of."""
        try:
            return self._process.communicate(timeout=_PATIENCE)[1].strip()
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.communicate()[1].strip() or f"it was still there after {_PATIENCE:g} s"


def _out(process: subprocess.Popen[str]) -> IO[str]:
    assert process.stdout is not None  # noqa: S101 - it was asked for
    return process.stdout
