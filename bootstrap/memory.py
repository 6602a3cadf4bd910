"""What was seen a moment ago, for as long as nothing was changed: not every step looks at the same thing again."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

T = TypeVar("T")
SECONDS: Final = 10.0
"""So long a look counts; whoever acts on one must be able to cope with its being this old."""


@dataclass
class Memory:
    """Results of looks by name. Safe to share by threads. `clock`: seconds that only go forward."""

    clock: Callable[[], float] = time.monotonic
    _known: dict[str, tuple[float, Any]] = field(default_factory=dict)
    _age: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def recall(self, name: str, look: Callable[[], T]) -> T:
        """What is known, else what a look finds. Empty answers are not kept: who gets one waits for something."""
        with self._lock:
            known, age = self._known.get(name), self._age
        if known is not None and self.clock() - known[0] < SECONDS:
            result: T = known[1]
            return result
        began = self.clock()
        found = look()
        with self._lock:
            if found and age == self._age:  # else something changed while it was looked at
                self._known[name] = (began, found)
        return found

    def forget(self) -> None:
        """Something was changed, or is not as it seemed."""
        with self._lock:
            self._known.clear()
            self._age += 1
