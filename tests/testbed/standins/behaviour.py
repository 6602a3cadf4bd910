"""How a stand-in behaves at the moment, whatever it is asked."""

import asyncio
from collections.abc import Callable
from enum import StrEnum


class Mode(StrEnum):
    """What it is told to do to every request."""

    NORMAL = "normal"
    SLOW = "slow"
    HANG = "hang"
    ERROR = "error"
    UNREADY = "unready"


class Behaviour:
    """The mode of the moment. What waited while it hung is answered when it wakes up, as in a process that was stopped."""

    def __init__(self) -> None:
        self.mode = Mode.NORMAL
        self._delay = 0.0
        self._held: list[Callable[[], None]] = []

    @property
    def silent(self) -> bool:
        """Nothing leaves the process."""
        return self.mode is Mode.HANG

    def change(self, mode: Mode, delay: float = 0.0) -> None:
        """From now on."""
        self.mode, self._delay = mode, delay
        if not self.silent:
            held, self._held = self._held, []
            for answer in held:
                self.admit(answer)

    def admit(self, answer: Callable[[], None]) -> None:
        """Call `answer` at once, later or never, as the mode says."""
        if self.silent:
            self._held.append(answer)
        elif self.mode is Mode.SLOW:
            # The mode may have changed to hang by then.
            asyncio.get_running_loop().call_later(self._delay, self.hold, answer)
        else:
            answer()

    def hold(self, answer: Callable[[], None]) -> None:
        """Call `answer` at once, or when it wakes up."""
        if self.silent:
            self._held.append(answer)
        else:
            answer()
