"""`--json`: one object for each event, on a line of its own; the last one is the outcome.

Keys are never renamed: kind, at, step, machine, text, seconds (as events.Event has them; without those that are empty).
The last line has kind "outcome" with changes, interrupted, timings [{step, seconds}], problems [{place,
cause, remedy}].
"""

import json
from typing import TextIO

from ..engine import Outcome
from ..events import Event


class Stream:
    """A listener that writes JSON lines."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __call__(self, event: Event) -> None:
        """Write one line."""
        entries: dict[str, object] = {"kind": event.kind.value, "at": round(event.at, 3), "step": event.step}
        entries |= {"machine": event.machine, "text": event.text}
        entries |= {"seconds": None if event.seconds is None else round(event.seconds, 3)}
        self._write({key: value for key, value in entries.items() if value not in {"", None}})

    def end(self, outcome: Outcome) -> None:
        """Write the last line."""
        self._write({"kind": "outcome", **as_data(outcome)})

    def _write(self, data: dict[str, object]) -> None:
        self._stream.write(json.dumps(data) + "\n")
        self._stream.flush()


def as_data(outcome: Outcome) -> dict[str, object]:
    """An outcome as JSON has it."""
    return {
        "changes": outcome.changes,
        "interrupted": outcome.interrupted,
        "timings": [{"step": each.step, "seconds": round(each.seconds, 3)} for each in outcome.timings],
        "problems": [{"place": each.place, "cause": each.cause, "remedy": each.remedy} for each in outcome.problems],
    }
