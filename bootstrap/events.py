"""What a run tells while it runs. Listeners show it, or write it down."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What happened."""

    STEP_STARTED = "step-started"
    STEP_DONE = "step-done"
    STEP_FAILED = "step-failed"
    MACHINE_STARTED = "machine-started"
    MACHINE_DONE = "machine-done"
    MACHINE_FAILED = "machine-failed"
    CHANGED = "changed"  # something is not as it was
    NOTE = "note"  # worth a look; nothing failed


@dataclass(frozen=True)
class Event:
    """One thing that happened. `at`: seconds since the run began; `seconds`: how long it took, at its end."""

    kind: Kind
    at: float
    step: str
    machine: str = ""
    text: str = ""
    seconds: float | None = None


Listener = Callable[[Event], None]


class Events:
    """Tells every listener, one event at a time, whichever thread it comes from."""

    def __init__(self, *listeners: Listener, clock: Callable[[], float] = time.monotonic) -> None:
        self._listeners, self._clock = listeners, clock
        self._began = clock()
        self._lock = threading.Lock()

    def add(self, listener: Listener) -> None:
        """One more that is told, from now on."""
        with self._lock:
            self._listeners += (listener,)

    def now(self) -> float:
        """Seconds since the run began."""
        return self._clock() - self._began

    def tell(self, kind: Kind, step: str, machine: str = "", text: str = "", seconds: float | None = None) -> None:
        """Let everybody know."""
        with self._lock:
            event = Event(kind, self.now(), step, machine, text, seconds)
            for listener in self._listeners:
                listener(event)
