"""Threads nobody has to wait for: one that hangs does not keep the program from ending, as those of a pool would."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


def begun(name: str, act: Callable[[], T]) -> "Future[T]":
    """Begin it; the future has what it returns or raises."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(act())
        except BaseException as problem:  # noqa: BLE001 - raised again where the result is asked for
            future.set_exception(problem)

    threading.Thread(target=run, name=name, daemon=True).start()
    return future
