"""Processes as /proc tells of them: who belongs to which session and which network namespace, oldest first."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path

_STATE, _SESSION, _START = 0, 3, 19  # fields after the name, proc(5)


@dataclass(frozen=True, order=True)
class Process:
    """One process that lives (a zombie does not). `started`: clock ticks since boot."""

    started: int
    pid: int
    name: str
    session: int
    network: str


def living() -> list[Process]:
    """All processes, oldest first. Process ids alone say nothing of age: they begin anew."""
    return sorted(found for entry in Path("/proc").iterdir() if entry.name.isdigit() and (found := _look(entry)))


def session(leader: int) -> list[int]:
    """Process ids of a session."""
    return [process.pid for process in living() if process.session == leader]


def inhabitants(namespace: Path) -> list[Process]:
    """The processes in a network namespace."""
    wanted = f"net:[{namespace.stat().st_ino}]"
    return [process for process in living() if process.network == wanted]


def kill_session(leader: int, number: signal.Signals) -> None:
    """Send a signal to every process of a session."""
    for pid in session(leader):
        signal_quietly(pid, number)


def signal_quietly(pid: int, number: int) -> None:
    """A process that is already gone needs no signal."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def _look(entry: Path) -> Process | None:
    try:
        name, _, rest = (entry / "stat").read_text().partition(" (")[2].rpartition(")")
        fields = rest.split()
        if fields[_STATE] == "Z":
            return None
        network = str((entry / "ns/net").readlink())
    except OSError:
        return None  # it ended while we looked
    return Process(int(fields[_START]), int(entry.name), name, int(fields[_SESSION]), network)
