"""A listener whose output may end before the run does: the reader went away, or the disk is full."""

import threading

from ..events import Event, Listener


class Lasting:
    """Tells a listener as long as it can. Then the run ends in order, as after Ctrl-C, and `error` says why."""

    def __init__(self, listener: Listener, stop: threading.Event) -> None:
        self.error: OSError | None = None
        self._listener, self._stop = listener, stop

    def __call__(self, event: Event) -> None:
        """Never raises what output raises: a step would die in the middle of a change."""
        if self.error is not None:
            return
        try:
            self._listener(event)
        except OSError as error:
            self.error = error
            self._stop.set()
