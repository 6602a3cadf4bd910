"""Where hagen's side is worse, in any of what was measured. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.testbed.failover.figures import Line, Sides

# Milliseconds (or requests): less than the distance of two attempts cannot be told apart.
_NEW, _KEPT, _STREAM, _REQUESTS = 10.0, 20.0, 50.0, 1.0
_WRITE = 100.0  # a write waits for the disks of three nodes


@dataclass(frozen=True)
class Aspect:
    """One thing that is compared. `unit`: as it stands after the figures."""

    name: str
    found: Sides
    distance: float
    unit: str = " ms"

    @property
    def compared(self) -> bool:
        """Both sides were measured."""
        return {"hagen", "notes"} <= self.found.keys()

    @property
    def usually_worse(self) -> bool:
        """Our median is worse by at least the distance of two attempts."""
        return self.compared and self.found["hagen"].median - self.found["notes"].median >= self.distance

    @property
    def worse(self) -> bool:
        """Our median is, or our worst run."""
        return self.usually_worse or (
            self.compared and self.found["hagen"].worst - self.found["notes"].worst >= self.distance
        )

    @property
    def even(self) -> bool:
        """No difference that could be told."""
        if not self.compared:
            return False
        ours, theirs = self.found["hagen"], self.found["notes"]
        return abs(ours.median - theirs.median) < self.distance and abs(ours.worst - theirs.worst) < self.distance


def aspects(line: Line) -> list[Aspect]:
    """What is compared of one line."""
    return [
        Aspect("gap", line.gap, _WRITE if line.traffic == "database" else _NEW),
        Aspect("failed requests", line.failures, _REQUESTS, ""),
        Aspect("kept connection", line.kept, _KEPT),
        Aspect("watch", line.watch, _STREAM),
        *(Aspect(name, found, _NEW) for name, found in line.others.items()),
        Aspect("out of rotation", line.rotation, _NEW),
    ]


def held(line: Line) -> Aspect:
    """How long both had the address: a matter of the fault, not of its traffic."""
    return Aspect("both hold the address", line.both_held, _NEW)


def worse(line: Line) -> list[Aspect]:
    """Where we are not better, worse indeed."""
    return [aspect for aspect in aspects(line) if aspect.worse]


def even(lines: Sequence[Line]) -> list[Line]:
    """Lines of which no new connection and no kept one fared differently."""
    return [
        line
        for line in lines
        if any(aspect.compared for aspect in aspects(line))
        and all(aspect.even for aspect in aspects(line) if aspect.compared)
    ]
