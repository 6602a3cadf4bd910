"""One line for each thing that happens, for pipes and logs."""

from typing import TextIO

from ..events import Event, Kind

_SIGNS = {
    Kind.STEP_STARTED: "==>",
    Kind.STEP_DONE: "  done",
    Kind.STEP_FAILED: "  failed",
    Kind.MACHINE_FAILED: "  failed",
    Kind.CHANGED: "  changed",
    Kind.NOTE: "  note",
}


class Plain:
    """A listener that writes lines."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __call__(self, event: Event) -> None:
        """Write one line, or none for what is only of interest on a terminal."""
        sign = _SIGNS.get(event.kind)
        if sign is None:
            return
        took = "" if event.seconds is None else f" ({event.seconds:.1f} s)"
        words = " ".join(word for word in (sign, event.machine or event.step, event.text) if word)
        self._stream.write(f"{event.at:7.1f} {words}{took}\n")
        self._stream.flush()
