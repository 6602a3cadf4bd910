"""What a check is, and what it finds."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from .sight import Sight


class Level(StrEnum):
    """How much a finding matters. `UNKNOWN`: it cannot be told from here, which is neither good nor bad."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `cause`: a sentence without its full stop; `remedy`: whole ones."""

    level: Level
    place: str
    cause: str
    remedy: str = ""


@dataclass(frozen=True)
class Check:
    """One check. `look` gives what it finds; nothing at all means that there is nothing to look at yet.

    It may raise BootstrapError and ProviderError: that is a finding too, an unknown one.
    """

    name: str
    title: str
    look: Callable[[Sight], Iterable[Finding]]


def ok(place: str, cause: str) -> Finding:
    """As it should be."""
    return Finding(Level.OK, place, cause)


def warning(place: str, cause: str, remedy: str) -> Finding:
    """It may work, and may fail later."""
    return Finding(Level.WARNING, place, cause, remedy)


def error(place: str, cause: str, remedy: str) -> Finding:
    """It does not work, or will not."""
    return Finding(Level.ERROR, place, cause, remedy)


def unknown(place: str, cause: str, remedy: str = "") -> Finding:
    """It cannot be told from here."""
    return Finding(Level.UNKNOWN, place, cause, remedy)
