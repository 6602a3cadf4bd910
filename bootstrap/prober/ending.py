"""What ends the prober: a signal, the end of standard input, the end of its time, a defect."""

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_STDIN = 0


class Ending:
    """`stop` is set by the first reason to end. On leaving, signals are held back: what is to be written, is.

    The signals are blocked rather than ignored because the loop puts the deadly default back while it closes.
    """

    def __init__(self, *, watch_stdin: bool) -> None:
        self.stop = asyncio.Event()
        self._hurry = asyncio.Event()
        self._watch_stdin = watch_stdin
        self._loop = asyncio.get_running_loop()

    def __enter__(self) -> Self:
        for number in _SIGNALS:
            self._loop.add_signal_handler(number, self._signalled)
        if self._watch_stdin:
            threading.Thread(target=self._read_stdin, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)

    async def wait(self, tasks: Iterable[asyncio.Task[None]], duration: float | None) -> None:
        """Until there is a reason to end; then `stop` is set. A task that has ended by itself is one."""
        told = asyncio.create_task(self.stop.wait())
        reasons: list[asyncio.Task[Any]] = [told, *tasks]
        await asyncio.wait(reasons, timeout=duration, return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        self.stop.set()

    async def gather(self, tasks: list[asyncio.Task[None]]) -> list[BaseException]:
        """Wait for the tasks; at the second signal cancel those that are left. What they raised."""
        hurried = asyncio.create_task(self._hurry.wait())
        everything: asyncio.Future[Any] = asyncio.gather(*tasks, return_exceptions=True)
        waited: list[asyncio.Future[Any]] = [hurried, everything]
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        hurried.cancel()
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        return [found for found in results if found and not isinstance(found, asyncio.CancelledError)]

    def _signalled(self) -> None:
        (self._hurry if self.stop.is_set() else self.stop).set()

    def _read_stdin(self) -> None:
        with contextlib.suppress(OSError):
            while os.read(_STDIN, 4096):
                pass
        with contextlib.suppress(RuntimeError):  # ended already
            self._loop.call_soon_threadsafe(self.stop.set)
