"""Take a field out of an object of the API. None when it is not there or not what it should be: an old or a sick API
server must not make the agent believe anything."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

_QUANTITY = re.compile(
    r"([+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30}))(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d{1,2}))?", re.ASCII
)
_SUFFIXES = {
    **{suffix: Decimal(10) ** (3 * power) for power, suffix in enumerate("num", start=-3)},
    **{suffix: Decimal(1000) ** power for power, suffix in enumerate("kMGTPE", start=1)},
    **{f"{suffix}i": Decimal(1024) ** power for power, suffix in enumerate("KMGTPE", start=1)},
}


def at(document: object, *path: str) -> object:
    """What stands there, or None."""
    for key in path:
        if not isinstance(document, Mapping):
            return None
        document = document.get(key)
    return document


def text(document: object, *path: str) -> str | None:
    """A string."""
    found = at(document, *path)
    return found if isinstance(found, str) else None


def number(document: object, *path: str) -> int | None:
    """A count: not negative."""
    found = at(document, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) and found >= 0 else None


def count(document: object, *path: str) -> int | None:
    """A count that the API leaves out when it is zero: zero when the object around it is there."""
    *around, key = path
    section = at(document, *around)
    return (0 if key not in section else number(section, key)) if isinstance(section, Mapping) and section else None


def objects(document: object, *path: str) -> list[Mapping[str, Any]]:
    """The objects of a list."""
    found = at(document, *path)
    return [entry for entry in found if isinstance(entry, Mapping)] if isinstance(found, list) else []


def timestamp(document: object, *path: str) -> float | None:
    """A time with its zone, as seconds since the epoch."""
    try:
        time = datetime.fromisoformat(text(document, *path) or "")
        return time.timestamp() if time.tzinfo else None
    except (ValueError, OverflowError):
        return None


def quantity(document: object, *path: str) -> float | None:
    """A Quantity (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/) in its own unit:
    "164m" CPU is 0.164 cores, "1Ki" memory 1024 bytes."""
    match = _QUANTITY.fullmatch(text(document, *path) or "")
    if match is None:
        return None
    mantissa, suffix, exponent = match.groups()
    factor = _SUFFIXES[suffix] if suffix else Decimal(10) ** int(exponent or 0)
    return float(Decimal(mantissa) * factor)
