"""Machines that were seen to be ours and to run, for a few seconds: not every command asks for that again."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

SECONDS: Final = 10.0
"""So long a sighting counts. Within it a foreign machine of the same name would have to take the place of ours, while
this cluster's lock is held."""


class Sightings:
    """Names and when they were seen. Safe to share by threads. `clock`: seconds that only go forward."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: dict[str, float] = {}
        self._lock = threading.Lock()

    def saw(self, name: str) -> None:
        """It is ours, and it runs."""
        with self._lock:
            self._seen[name] = self._clock()

    def recent(self, name: str) -> bool:
        """Whether it was seen so a moment ago."""
        with self._lock:
            seen = self._seen.get(name)
        return seen is not None and self._clock() - seen < SECONDS

    def forget(self, name: str) -> None:
        """It is about to change, or does not behave like one that runs."""
        with self._lock:
            self._seen.pop(name, None)

    @contextmanager
    def trusted(self, name: str) -> Iterator[None]:
        """While something is done on the strength of a sighting: when it fails, the next one looks again."""
        try:
            yield
        except BaseException:
            self.forget(name)
            raise
