"""A YAML file as plain values, with the place of each, and what is wrong with its syntax.

Files of this size and origin need no aliases, so there are none: nothing can be larger than the file itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

import yaml

Path = tuple[str | int, ...]
"""Keys and indexes from the top of the file: ("etcd", "members", 0, "name")."""
Place = tuple[int, int]
"""Line and column, from 1."""

_LARGEST = 2**20
_DEEPEST = 20
_LARGEST_NUMBER = 2**63 - 1


@dataclass(frozen=True, order=True)
class Problem:
    """What is wrong, where, and what to do about it. `path` as a person writes it: etcd.members[0].name."""

    line: int
    column: int
    path: str
    message: str
    remedy: str


@dataclass
class Document:
    """`places`: where the key of each value stands, or the entry of a list. `data` is None when the syntax is wrong."""

    data: Any = None
    places: dict[Path, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def place(self, path: Path) -> Place:
        """Of the path, or of the nearest thing around it that is there."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))

    def report(self, path: Path, message: str, remedy: str, place: Place | None = None) -> None:
        """Note a problem."""
        line, column = place or self.place(path)
        self.problems.append(Problem(line, column, path_name(path), message, remedy))


class _UnusableError(Exception):
    """The file as a whole makes no sense."""

    def __init__(self, message: str, remedy: str, place: Place = (1, 1)) -> None:
        super().__init__(message)
        self.remedy = remedy
        self.place = place


def path_name(path: Path) -> str:
    """As a person writes it."""
    name = ""
    for part in path:
        name += f"[{part}]" if isinstance(part, int) else f".{_shown(part)}" if name else _shown(part)
    return name


def _shown(key: str) -> str:
    """A key on one line, which no terminal obeys."""
    return key if key.isprintable() else repr(key)


def load(path: FilePath) -> Document:
    """Read a file. Whatever is wrong with it is a problem of the document; nothing is raised."""
    document = Document()
    try:
        _parse(_read(path), document)
    except OSError as error:
        document.report((), f"the file cannot be read: {error.strerror}", "name a readable agent.yaml with -c")
    except UnicodeDecodeError:
        document.report((), "the file is not UTF-8 text", "save it as UTF-8")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "no character of YAML"
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        document.report((), f"the file is not YAML: {reason}", "look here and at the line above", place)
    except RecursionError:
        document.report((), "values are nested too deeply", "write the file as `hagen render` does")
    except _UnusableError as error:
        document.report((), str(error), error.remedy, error.place)
    return document


def _read(path: FilePath) -> str:
    with path.open("rb") as file:
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise _UnusableError("the file is larger than 1 MiB", "name the agent.yaml of one cluster")
    return content.decode("utf-8-sig")


def _parse(text: str, document: Document) -> None:
    loader = yaml.SafeLoader(text)
    try:
        root = loader.get_single_node()
        if root is None:
            raise _UnusableError("the file is empty", "render it with `hagen render`")
        _refuse_aliases(root)
        document.data = _build(loader, root, (), document)
    finally:
        loader.dispose()


def _refuse_aliases(root: yaml.Node) -> None:
    seen: set[int] = set()
    pending = [(root, 0)]
    while pending:
        node, depth = pending.pop()
        if id(node) in seen:
            raise _UnusableError("an alias (*name) stands in the file", "write the value out", _place(node))
        if depth > _DEEPEST:
            raise _UnusableError("values are nested too deeply", "write the file as `hagen render` does", _place(node))
        seen.add(id(node))
        pending += [(child, depth + 1) for child in _children(node)]


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for pair in node.value:
            yield from pair
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value


def _build(loader: yaml.SafeLoader, node: yaml.Node, path: Path, document: Document) -> Any:  # noqa: ANN401 - any YAML
    document.places.setdefault(path, _place(node))
    if isinstance(node, yaml.SequenceNode):
        return [_build(loader, child, (*path, number), document) for number, child in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        try:
            value = loader.construct_object(node, deep=True)
        except (ValueError, LookupError, AttributeError):  # a date that is none, !!bool of something else
            return node.value
        # A number that could not even be printed is as good as the text that it was written as.
        return node.value if isinstance(value, int) and abs(value) > _LARGEST_NUMBER else value
    found: dict[str, Any] = {}
    for key, child in node.value:
        name = str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
        if name in found:
            document.report((*path, name), f"{_shown(name)} stands twice", "keep one of them", _place(key))
            continue
        document.places[*path, name] = _place(key)
        found[name] = _build(loader, child, (*path, name), document)
    return found


def _place(node: yaml.Node) -> Place:
    return node.start_mark.line + 1, node.start_mark.column + 1
