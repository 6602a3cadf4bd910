"""What is known of one collector's runs and of what they brought. It does no I/O and starts nothing.

A run that is still there after its deadline is given up: it counts as a timeout from that moment on, whether or not
anybody notices, and what it brings in the end is thrown away. Nothing has to watch over it: everything follows from
when the run began.
"""

import threading
from dataclasses import dataclass, field, replace

from .clock import Clock
from .snapshot import Reading, Run


@dataclass(frozen=True)
class _State:
    run: Run = field(default_factory=Run)
    reading: Reading | None = None
    taken: float = 0.0  # monotonic: when the run that brought the reading began
    began: float | None = None  # monotonic: of the run that is under way


class Ledger:
    """Written by the collector's own thread, read by any other; nobody waits for more than an assignment.

    `interval` and `deadline` in seconds. A reading is stale 2 intervals and a deadline after its run began: the next
    run has then had its whole time, and the one after it has begun.
    """

    def __init__(self, interval: float, deadline: float, clock: Clock) -> None:
        self._deadline = deadline
        self._lifetime = 2 * interval + deadline
        self._clock = clock
        self._lock = threading.Lock()
        self._state = _State()

    def begin(self) -> None:
        """A run begins."""
        with self._lock:
            self._state = replace(self._state, began=self._clock.monotonic())

    def end(self, outcome: Reading | str) -> None:
        """It brought a reading, or a problem."""
        with self._lock:
            now, state = self._clock.monotonic(), self._state
            began = now if state.began is None else state.began
            duration = now - began
            if duration > self._deadline:
                self._state = _State(self._late(state.run, duration, stuck=False))
            elif isinstance(outcome, str):
                failed = replace(state.run, success=False, duration=duration, stuck=False, problem=outcome)
                self._state = _State(failed)
            else:
                run = replace(
                    state.run, success=True, duration=duration, last_success=self._clock.time(), stuck=False, problem=""
                )
                self._state = _State(run, outcome, began)

    def look(self) -> tuple[Reading | None, Run]:
        """The reading, unless the last run failed or it is stale; and how the runs go. At once."""
        with self._lock:
            now, state = self._clock.monotonic(), self._state
        if state.began is not None and now - state.began > self._deadline:
            return None, self._late(state.run, now - state.began, stuck=True)
        fresh = state.reading is not None and now - state.taken <= self._lifetime
        return state.reading if fresh else None, state.run

    def _late(self, run: Run, duration: float, *, stuck: bool) -> Run:
        problem = f"took more than {self._deadline:g} s"
        return replace(run, success=False, duration=duration, timeouts=run.timeouts + 1, stuck=stuck, problem=problem)
