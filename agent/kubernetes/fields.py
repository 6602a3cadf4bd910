"""Take a field out of an object of the API. None when it is not there or not what it should be: an old or a sick API
server must not make the agent believe anything."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any


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
