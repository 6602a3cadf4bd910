"""The model's refusals in hagen's own words: which problem, what to write instead, and what must be taken out."""

import difflib
import re
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from .codes import CODES
from .compatibility import compatibility, minor
from .model.types import type_name
from .problem import Finding, Path, path_name, printable, quoted
from .sections import example, keys, section_at


class Refusal(NamedTuple):
    """A finding, the value that has to go for the rest to be read, and the values that no rule may read.

    `alone`: only the value goes, and not the whole list entry that it is a part of.
    """

    finding: Finding
    drop: Path
    broken: tuple[Path, ...]
    alone: bool = False


_WANTED: Final = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "dict_type": "a mapping",
}
_ROLES: Final = {
    "control-plane": "master controlplane control cp etcd server apiserver manager",
    "load-balancer": "lb loadbalancer balancer haproxy keepalived proxy vip",
    "worker": "node minion agent compute slave",
}
_SYNONYMS: Final = {word: role for role, words in _ROLES.items() for word in words.split()}
"""What other tools call the roles."""

_SIZES: Final = {"memory", "disk", "storage"}
_SIZE: Final = re.compile(
    r"(?P<number>\d{1,9}(?:\.\d{1,3})?)\s*(?P<unit>[kmgt])(?:i?b?|(?:ilo|ega|iga|era|ibi|ebi)(?:bytes?)?)",
    re.IGNORECASE | re.ASCII,
)
_DURATION: Final = re.compile(r"(?P<number>\d{1,9}(?:\.\d{1,3})?)\s*(?P<unit>ms|s|m|h)", re.IGNORECASE | re.ASCII)
_MINOR: Final = re.compile(r"v?(?P<minor>\d{1,4}\.\d{1,4})(\.x|\.\*|\.)?", re.ASCII)
_ALIKE: Final = 0.7  # from here on two values differ by a slip of the hand
_SECRET: Final = re.compile(r"passw(or)?d|passphrase|token|secret|private_?key|access_?key|credential", re.IGNORECASE)
_COMPARED: Final = 100  # characters; difflib takes quadratic time
_CASE_ONLY: Final = 0.9  # from here on two keys differ by a slip of the hand


def refusals(error: ValidationError) -> list[Refusal]:
    """Every refusal, less those that only follow from another one."""
    entries = [entry for entry in error.errors(include_url=False) if not _follows(entry)]
    meant = {_meant(tuple(entry["loc"])) for entry in entries if entry["type"] == "extra_forbidden"}
    return list(_refusals(entries, meant))


def _follows(entry: ErrorDetails) -> bool:
    """A default that needs a refused value, or a list that is empty only because its entries were refused."""
    return entry["type"] == "default_factory_not_called" or (entry["type"] == "too_short" and bool(entry["input"]))


def _refusals(entries: list[ErrorDetails], meant: set[Path | None]) -> Iterator[Refusal]:
    for entry in entries:
        path: Path = tuple(entry["loc"])
        if entry["type"] == "extra_forbidden":
            suggested = _meant(path)
            yield Refusal(_unknown_key(path, suggested), path, (suggested,) if suggested else (), alone=True)
        elif entry["type"] == "missing":
            if path not in meant:
                message = f"{path[-1]} is missing"
                yield Refusal(Finding("HG104", path, message, f"add it: {example(path)}"), path[:-1], (path,))
            else:
                yield Refusal(_unknown_key(_slip(path, entries), path), path[:-1], (path,))
        else:
            yield Refusal(_finding(path, entry), path, (path,))


def _slip(path: Path, entries: list[ErrorDetails]) -> Path:
    """The misspelt key that stands in the place of a missing one."""
    unknown = (tuple(entry["loc"]) for entry in entries if entry["type"] == "extra_forbidden")
    return next(key for key in unknown if _meant(key) == path)


def _finding(path: Path, error: ErrorDetails) -> Finding:
    kind, context = error["type"], error.get("ctx", {})
    if kind in CODES:
        return Finding(kind, path, context["message"], _repaired(kind, path, error["input"]) or context["remedy"])
    return _WORDS.get(kind, _wrong_type)(path, error, context)


def _repaired(code: str, path: Path, value: object) -> str | None:
    """The value to write, where what stands there says which one is meant."""
    text = str(value).strip()
    if code == "HG701" and (match := _MINOR.fullmatch(text)):
        return f"write version: {_full_version(match['minor'])}"
    if code == "HG108" and path[-1] in _SIZES and (match := _SIZE.fullmatch(text)):
        return _size(float(match["number"]), match["unit"].upper())
    if code == "HG108" and path[-1] == "advertInterval" and (match := _DURATION.fullmatch(text)):
        return f"write {match['number']}{match['unit'].lower()}"
    return None


def _full_version(minor_name: str) -> str:
    """The first patch of a minor; the default where it is of that minor, or where the minor is not supported."""
    default = compatibility().default
    known = minor(default) != minor(minor_name) and minor_name in compatibility().supported
    return f"{minor_name}.0" if known else default


def _size(number: float, unit: str) -> str | None:
    """The size as a whole number of the same unit, or of the next smaller one."""
    if number.is_integer():
        return f"write {number:.0f}{unit}iB"
    smaller = {"T": "G", "G": "M", "M": "K"}.get(unit)
    return f"write {number * 1024:.0f}{smaller}iB" if smaller else None


def _unknown_key(path: Path, meant: Path | None) -> Finding:
    key, where = str(path[-1]), f" in {path_name(path[:-1])}" if len(path) > 1 else ""
    if _is_secret(key, meant):
        message = f"{quoted(key)}{where} would hold a secret"
        return Finding("HG407", path, message, "take it out: secrets are made on the machines or in the cluster")
    section = section_at(path[:-1])
    known = f"known here: {', '.join(sorted(keys(section)))}" if section else "take it out"
    remedy = f"did you mean {meant[-1]}?" if meant else known
    return Finding("HG103", path, f"unknown key {quoted(key)}{where}", remedy)


def _is_secret(key: str, meant: Path | None) -> bool:
    if _SECRET.search(key) is None:
        return False
    close = difflib.SequenceMatcher(None, key[:_COMPARED].lower(), str(meant[-1]).lower()).ratio() if meant else 0
    return close < _CASE_ONLY


def _meant(path: Path) -> Path | None:
    """The key that a misspelt one comes closest to."""
    section = section_at(path[:-1])
    folded = {name.lower(): name for name in keys(section)} if section else {}
    close = difflib.get_close_matches(str(path[-1])[:_COMPARED].lower(), folded, n=1, cutoff=0.6)
    return (*path[:-1], folded[close[0]]) if close else None


def _wrong_type(path: Path, error: ErrorDetails, _context: dict[str, Any]) -> Finding:
    wanted = _WANTED.get(error["type"], "another kind of value")
    name = path_name(path[-2:] if isinstance(path[-1], int) else path[-1:])
    message = f"{name} takes {wanted}, not {type_name(error['input'])}"
    return Finding("HG105", path, message, _retyped(error["input"], wanted) or f"write {example(path)}")


def _retyped(value: object, wanted: str) -> str | None:
    """The same value as the type that is wanted, where that can be told."""
    if wanted == "text" and isinstance(value, int | float):
        text = str(value).lower() if isinstance(value, bool) else str(value)
        return f'write it in quotes: "{text}"'
    if not isinstance(value, str):
        return None
    if wanted == "a whole number" and re.fullmatch(r"\d{1,9}", value, re.ASCII):
        return f"write {value} without quotes"
    truth = {"yes": "true", "on": "true", "true": "true", "no": "false", "off": "false", "false": "false"}
    return f"write {truth[value.lower()]}" if wanted == "true or false" and value.lower() in truth else None


def _not_offered(path: Path, error: ErrorDetails, context: dict[str, Any]) -> Finding:
    offered = str(context["expected"]).replace("'", "")
    names = offered.replace(" or ", ", ").split(", ")
    value = error["input"]
    listed = f"write {path[-1]}: {offered}"
    if not isinstance(value, str | int) or (isinstance(value, str) and value.isdigit() and value in names):
        message = f"{path[-1]} takes {offered}, not {type_name(value)}"
        return Finding("HG105", path, message, f"write {value} without quotes" if isinstance(value, str) else listed)
    close = _closest(str(value)[:_COMPARED], names)
    remedy = f"did you mean {close}?" if close else listed
    return Finding("HG106", path, f"{path[-1]} is {quoted(value)}, and takes {offered}", remedy)


def _closest(text: str, names: list[str]) -> str | None:
    """The value that was meant: another word for it, or a slip of the hand. A guess would be worse than no word."""
    plain = re.sub(r"[^a-z0-9]+", "", text.lower())
    synonym = (
        _SYNONYMS.get(plain) or _SYNONYMS.get(plain.removesuffix("node")) or _SYNONYMS.get(plain.removesuffix("s"))
    )
    if synonym in names:
        return synonym
    folded = {name.lower(): name for name in names}
    close = difflib.get_close_matches(text.lower(), folded, n=1, cutoff=_ALIKE)
    return folded[close[0]] if close else None


def _out_of_range(bound: str, words: str) -> Callable[[Path, ErrorDetails, dict[str, Any]], Finding]:
    def finding(path: Path, error: ErrorDetails, context: dict[str, Any]) -> Finding:
        limit = context[bound]
        message = f"{path[-1]} is {printable(str(error['input']))}, and must be {words} {limit}"
        return Finding("HG107", path, message, f"write {words} {limit}")

    return finding


def _empty(path: Path, _error: ErrorDetails, _context: dict[str, Any]) -> Finding:
    return Finding("HG107", path, f"{path[-1]} is empty", "write at least one entry, or leave the key out")


_WORDS: Final[dict[str, Callable[[Path, ErrorDetails, dict[str, Any]], Finding]]] = {
    "literal_error": _not_offered,
    "greater_than_equal": _out_of_range("ge", "at least"),
    "less_than_equal": _out_of_range("le", "at most"),
    "too_short": _empty,
}
