"""What a collector is: it looks at its targets when it is told to, within a deadline, and returns plain data."""

from typing import Protocol, runtime_checkable

from ..snapshot import Reading


class CollectorError(Exception):
    """Nothing could be learnt in this run. The text says of what, and why, in one line, without any secret."""


class Collector(Protocol):
    """One subject. `interval` and `deadline` in seconds; a run that lasts longer than the deadline is given up.

    `name` is that of the snapshot's field which its readings become. `collect` is called from one thread only, and
    never by two at a time.
    """

    name: str
    interval: float
    deadline: float

    def collect(self) -> Reading:
        """Look once. CollectorError when nothing could be learnt; what is unknown in part is None in the reading."""
        ...


@runtime_checkable
class Closing(Protocol):
    """A collector that holds something between its runs: threads, sockets."""

    def close(self) -> None:
        """Let go of it. Called once, from another thread than collect(), and perhaps during it."""
        ...
