"""All checks side by side, each with a deadline: one that hangs does not keep the others' findings back."""

from collections.abc import Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Final

from ..errors import BootstrapError
from ..provider.contract import ProviderError
from .check import Check, Finding, Level, unknown
from .sight import Sight
from .threads import begun

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
    pending = [(check, begun(f"check-{check.name}", partial(_looked, sight, check))) for check in checks]
    found = tuple(Examined(check, _waited(check, future, end - monotonic(), deadline)) for check, future in pending)
    sight.run.stop.set()  # a late one begins nothing new
    return found


def _looked(sight: Sight, check: Check) -> tuple[Finding, ...]:
    try:
        return tuple(check.look(sight))
    except (BootstrapError, ProviderError) as problem:
        return (unknown(problem.place, problem.cause, problem.remedy),)


def _waited(
    check: Check, future: "Future[tuple[Finding, ...]]", seconds: float, deadline: float
) -> tuple[Finding, ...]:
    try:
        return future.result(timeout=max(0.0, seconds))
    except Late:
        return (unknown(check.name, f"it was not done within {deadline:g} s"),)
