"""What a probe writes down, and the file that all of it goes to."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple


class Outcome(StrEnum):
    """How one attempt ended. Everything but OK is a failure."""

    OK = "ok"
    REFUSED = "refused"
    RESET = "reset"
    CLOSED = "closed"  # the end of the connection instead of an answer
    TIMEOUT_CONNECT = "timeout-connect"
    TIMEOUT_RESPONSE = "timeout-response"
    UNREACHABLE = "unreachable"
    TLS = "tls"
    STATUS = "status"  # an answer, but not the expected one
    PROTOCOL = "protocol"
    ERROR = "error"  # the server's own error, as a database has them


class Attempt(NamedTuple):
    """One request, one write, or one line of a stream. Times: seconds of CLOCK_MONOTONIC.

    `answer`: who answered (the first word of the body), or the status, or the error's number.
    `connection`: which connection of this probe it went over, counted from 1.
    """

    start: float
    end: float
    outcome: Outcome
    answer: str = ""
    connection: int = 0

    @property
    def ok(self) -> bool:
        """It was served."""
        return self.outcome is Outcome.OK


@dataclass(frozen=True)
class Recording:
    """All attempts by probe, in the order of their starts. `wall`: the time of day at monotonic second `monotonic`."""

    monotonic: float
    wall: float
    attempts: Mapping[str, Sequence[Attempt]]


def write(recording: Recording, path: Path) -> None:
    """One JSON object per line: the clocks first, then each probe. All of it, or nothing."""
    fresh = path.with_name(path.name + ".new")
    with fresh.open("w") as file:
        file.write(json.dumps({"monotonic": recording.monotonic, "wall": recording.wall}) + "\n")
        for name, attempts in recording.attempts.items():
            file.write(json.dumps({"probe": name, "attempts": attempts}, separators=(",", ":")) + "\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def read(path: Path) -> Recording:
    """What `write` wrote."""
    with path.open() as file:
        clocks = json.loads(file.readline())
        lines = [json.loads(line) for line in file]
    attempts = {
        line["probe"]: [Attempt(a[0], a[1], Outcome(a[2]), a[3], a[4]) for a in line["attempts"]] for line in lines
    }
    return Recording(clocks["monotonic"], clocks["wall"], attempts)
