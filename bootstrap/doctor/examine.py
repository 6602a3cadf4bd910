"""All checks side by side, each with a deadline: one that hangs does not keep the others' findings back."""

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass
from time import monotonic
from typing import Final

from ..errors import BootstrapError
from ..provider.contract import ProviderError
from .check import Check, Finding, Level, unknown
from .sight import Sight

DEADLINE: Final = 90.0  # seconds for all of them together


@dataclass(frozen=True)
class Examined:
    """A check and what it found; no findings: there is nothing to look at yet."""

    check: Check
    findings: tuple[Finding, ...]

    @property
    def level(self) -> Level | None:
        """The worst finding; None without any. Unknown weighs more than ok, and less than a warning."""
        order = (Level.OK, Level.UNKNOWN, Level.WARNING, Level.ERROR)
        return max((finding.level for finding in self.findings), key=order.index, default=None)


def examine(sight: Sight, checks: Sequence[Check], deadline: float = DEADLINE) -> tuple[Examined, ...]:
    """Carry all checks out. In their order, whoever was done first."""
    end = monotonic() + deadline
    pending = [(check, _begun(sight, check)) for check in checks]
    found = tuple(Examined(check, _waited(check, future, end - monotonic(), deadline)) for check, future in pending)
    sight.run.stop.set()  # a late one begins nothing new
    return found


def _begun(sight: Sight, check: Check) -> "Future[tuple[Finding, ...]]":
    """A daemon thread: what hangs in the kernel or in a library does not keep the program from ending."""
    future: Future[tuple[Finding, ...]] = Future()

    def look() -> None:
        try:
            future.set_result(tuple(check.look(sight)))
        except (BootstrapError, ProviderError) as problem:
            future.set_result((unknown(problem.place, problem.cause, problem.remedy),))
        except BaseException as problem:  # noqa: BLE001 - a defect is shown where the result is awaited
            future.set_exception(problem)

    threading.Thread(target=look, name=f"check-{check.name}", daemon=True).start()
    return future


def _waited(
    check: Check, future: "Future[tuple[Finding, ...]]", seconds: float, deadline: float
) -> tuple[Finding, ...]:
    try:
        return future.result(timeout=max(0.0, seconds))
    except Late:
        return (unknown(check.name, f"it was not done within {deadline:g} s"),)
