"""Cron schedules as the Percona operator reads them (robfig/cron, five fields)."""

import re
from typing import Final, NamedTuple

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_LONGEST_MONTH: Final = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}
_SHORTHANDS: Final = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}


class _Field(NamedTuple):
    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()


_FIELDS: Final = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day of month", 1, 31),
    _Field("month", 1, 12, _MONTHS),
    _Field("day of week", 0, 6, _DAYS),
)
_ENTRY: Final = re.compile(r"(?P<any>[*?])|(?P<first>[0-9]{1,2}|[a-z]{3})(-(?P<last>[0-9]{1,2}|[a-z]{3}))?")


def fault(schedule: str) -> tuple[str, str] | None:
    """What is wrong with a schedule, and what to write instead; None when nothing is."""
    if schedule in _SHORTHANDS:
        return "a shorthand, not five fields", f'write "{_SHORTHANDS[schedule]}"'
    parts = re.split(" +", schedule)
    if len(parts) != len(_FIELDS):
        return f"{len(parts)} fields, not five", 'write minute, hour, day of month, month, day of week: "0 3 * * *"'
    values: list[set[int]] = []
    for part, field in zip(parts, _FIELDS, strict=True):
        read = _read(part.lower(), field)
        if read is None:
            return f'"{part}" is no {field.name}', _remedy(part, field)
        values.append(read)
    return _never(parts, values)


def _remedy(part: str, field: _Field) -> str:
    if field.names == _DAYS and part == "7":
        return "write 0 for Sunday"
    return f"write {field.low} to {field.high}, *, a range (1-5), a list (1,3) or steps (*/2)"


def _read(text: str, field: _Field) -> set[int] | None:
    """The values that a field names; None when it cannot be read."""
    values: set[int] = set()
    for entry in text.split(","):
        found = _entry(entry, field)
        if found is None:
            return None
        values.update(found)
    return values


def _entry(entry: str, field: _Field) -> range | None:
    base, slash, step = entry.partition("/")
    match = _ENTRY.fullmatch(base)
    if match is None or (slash and not re.fullmatch(r"0*[1-9][0-9]?", step)):
        return None
    if match["any"]:
        first, last = field.low, field.high
    else:
        first = _number(match["first"], field)
        last = _number(match["last"], field) if match["last"] else (field.high if slash else first)
    if not field.low <= first <= last <= field.high:
        return None
    return range(first, last + 1, int(step or "1"))


def _number(text: str, field: _Field) -> int:
    """A number or a name as a number; -1 for a name of something else."""
    if text.isdigit():
        return int(text)
    return field.names.index(text) + field.low if text in field.names else -1


def _never(parts: list[str], values: list[set[int]]) -> tuple[str, str] | None:
    """A day that no month of the schedule has (30 February). With a day of week as well, that one counts too."""
    _, _, days, months, _ = values
    comes = any(min(days) <= _LONGEST_MONTH.get(month, 31) for month in months)
    if comes or parts[4] not in {"*", "?"}:
        return None
    return f"day {min(days)} never comes in the months of the schedule", 'write "0 3 * * *" for every night'
