"""One time by which everything is over, handed down from call to call instead of a timeout for each."""

import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Deadline:
    """`end` is a time of the monotonic clock."""

    end: float

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        """That many seconds from now."""
        return cls(time.monotonic() + seconds)

    @property
    def left(self) -> float:
        """Seconds; zero or less once it is over."""
        return self.end - time.monotonic()

    def remaining(self) -> float:
        """Seconds, always more than zero, as a socket's timeout needs it. TimeoutError once it is over."""
        left = self.left
        if left <= 0:
            raise TimeoutError("out of time")
        return left

    def share(self, parts: int) -> "Deadline":
        """An equal part of what is left, so that the first of several cannot use up the time of the others."""
        return Deadline(min(self.end, time.monotonic() + self.left / parts))
