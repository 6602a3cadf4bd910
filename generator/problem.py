"""Problems of a configuration file: what a rule finds, and where the file says it."""

from dataclasses import asdict, dataclass
from typing import Any, Final

Path = tuple[str | int, ...]
"""Keys and indexes from the top of the file to a value, in the file's own spelling: ("nodes", 3, "address")."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found: a code of `codes`, the path it is about, what is wrong, and what to write instead."""

    code: str
    path: Path
    message: str
    remedy: str


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A finding with its place. `line` and `column` count from 1; 0 means that the file has no such place."""

    line: int
    column: int
    code: str
    severity: str
    path: str
    message: str
    remedy: str

    def as_dict(self) -> dict[str, Any]:
        """The problem as JSON-ready values, for `--json`."""
        return asdict(self)


_SHOWN: Final = 60


def printable(text: str) -> str:
    """The text with everything escaped that a terminal would obey or could not encode."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )


def quoted(value: object) -> str:
    """A value of the file as messages show it: in quotes, printable, and never longer than a line."""
    text = printable(str(value)[: _SHOWN + 1])
    return f'"{text[:_SHOWN]}..."' if len(text) > _SHOWN else f'"{text}"'


def path_name(path: Path) -> str:
    """The path as a person writes it: nodes[3].address."""
    name = ""
    for part in path:
        if isinstance(part, int):
            name += f"[{part}]"
        else:
            name += f".{part}" if name else part
    return name
