"""Ctrl-C and SIGTERM: the first ends the run after what is under way, the second at once."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

_INTERRUPTED: Final = 130
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def stoppable(stop: threading.Event, say: Callable[[str], None]) -> Iterator[None]:
    """Signals set `stop` as long as the block lasts."""

    def heard(_: int, __: FrameType | None) -> None:
        if stop.is_set():
            say("Left as it is. The next run goes on from there.")
            os._exit(_INTERRUPTED)
        stop.set()
        say("Ends after what is under way; once more ends it at once. Nothing is lost either way.")

    before = {number: signal.signal(number, heard) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def asking() -> Iterator[None]:
    """Within `stoppable`, while a person is asked: Ctrl-C is an answer, KeyboardInterrupt, and nothing is under way."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
