"""What a probe writes down, and the file that all of it goes to."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

_FORMAT = "hagen-prober/1"
_DIGITS = 6  # of a second: finer than the clock of an event loop


class Outcome(StrEnum):
    """How one attempt ended. Everything but OK is a failure."""

    OK = "ok"
    NAME = "name"  # the host's name has no address
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    TIMEOUT_CONNECT = "timeout-connect"
    TIMEOUT_TLS = "timeout-tls"
    TIMEOUT_RESPONSE = "timeout-response"
    TLS = "tls"  # no trust, or no TLS at all
    RESET = "reset"
    CLOSED = "closed"  # the orderly end of the connection instead of an answer
    STATUS = "status"  # an answer, but not the expected one
    PROTOCOL = "protocol"  # something that is no answer
    ERROR = "error"  # a database's own error; its number is the attempt's `answer`
    LOCAL = "local"  # the machine of the prober had no port, file or memory left: says nothing about the service


class Attempt(NamedTuple):
    """One request, one write, or one line of a stream. Times: seconds of CLOCK_MONOTONIC.

    `answer`: who answered (the first word of the body), or the error's number. `connection`: which connection of this
    probe it went over, counted from 1. `late`: seconds from when it was due to when it was started.
    """

    start: float
    end: float
    outcome: Outcome
    answer: str = ""
    connection: int = 0
    status: int = 0
    late: float = 0.0

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

    def time_of_day(self, moment: float) -> float:
        """Seconds since 1970 of a moment of the monotonic clock: for people, never for arithmetic."""
        return self.wall + (moment - self.monotonic)


def write(recording: Recording, path: Path) -> None:
    """One JSON object per line: the clocks first, then each probe. All of it, or nothing."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with fresh.open("w", encoding="utf-8") as file:
            file.writelines(_compact(line) + "\n" for line in _lines(recording))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def read(path: Path) -> Recording:
    """What `write` wrote. ValueError for any other content, OSError when there is none."""
    header, *lines = path.read_text(encoding="utf-8").splitlines() or [""]
    try:
        clocks, probes = json.loads(header), [json.loads(line) for line in lines]
        known = {_FORMAT: Recording}[clocks["format"]]
        attempts = {probe["probe"]: [_attempt(fields) for fields in probe["attempts"]] for probe in probes}
        return known(clocks["monotonic"], clocks["wall"], attempts)
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f"{path} is not what this prober writes: {error!r}") from error


def _lines(recording: Recording) -> Iterable[dict[str, Any]]:
    yield {"format": _FORMAT, "monotonic": recording.monotonic, "wall": recording.wall}
    for name, attempts in recording.attempts.items():
        yield {"probe": name, "attempts": [_fields(attempt) for attempt in attempts]}


def _fields(attempt: Attempt) -> tuple[Any, ...]:
    start, end, *middle, late = attempt
    return (round(start, _DIGITS), round(end, _DIGITS), *middle, round(late, _DIGITS))


def _attempt(fields: Sequence[Any]) -> Attempt:
    start, end, outcome, answer, connection, status, late = fields
    return Attempt(start, end, Outcome(outcome), answer, connection, status, late)


def _compact(line: dict[str, Any]) -> str:
    return json.dumps(line, separators=(",", ":"))
