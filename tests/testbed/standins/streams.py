"""Answers without an end: one line each 50 ms to everybody who watches."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.testbed.standins.http1 import chunk

INTERVAL = 0.05


@dataclass(eq=False, slots=True)
class Stream:
    """`write` takes bytes of the body, `close` ends the connection; lines are numbered from 1."""

    write: Callable[[bytes], None]
    close: Callable[[], None]
    chunked: bool
    lines: int = 0

    def send(self, line: bytes) -> None:
        """One line, in one chunk where there are chunks."""
        self.write(chunk(line) if self.chunked else line)

    def end(self) -> None:
        """The proper end of the body, and of the connection."""
        if self.chunked:
            self.write(chunk(b""))
        self.close()


class Streams:
    """All open streams of a server; one timer serves them all."""

    def __init__(self, name: str, silent: Callable[[], bool]) -> None:
        self._name = name
        self._silent = silent
        self._open: set[Stream] = set()
        self._timer: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._open)

    def add(self, stream: Stream) -> None:
        """The first line goes out at once."""
        self._open.add(stream)
        self._send(stream)
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(INTERVAL, self._tick, loop.time() + INTERVAL)

    def remove(self, stream: Stream) -> None:
        """Its connection is gone."""
        self._open.discard(stream)

    def end(self) -> None:
        """Every stream comes to its end."""
        streams, self._open = self._open, set()
        for stream in streams:
            stream.end()

    def _send(self, stream: Stream) -> None:
        stream.lines += 1
        stream.send(f"{self._name} {stream.lines} {time.monotonic():.6f}\n".encode())

    def _tick(self, due: float) -> None:
        if not self._silent():
            for stream in tuple(self._open):
                self._send(stream)
        if not self._open:
            self._timer = None
            return
        loop = asyncio.get_running_loop()
        # Lines that fell due while the process got no CPU are not made up for.
        due = max(due + INTERVAL, loop.time())
        self._timer = loop.call_at(due, self._tick, due)
