"""From the node graph of a YAML file to plain values: numbers, texts, lists and mappings, each with its place."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from typing import Any, Final, Protocol, Self

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from .problem import Finding, Path, quoted

_MAX_VALUES: Final = 200_000
MAX_DEPTH: Final = 50
"""Levels of mappings and lists; the model has six."""
_MAX_DIGITS: Final = 40  # no number of the file needs more; Python refuses to print those with 4300
_TAG: Final = "tag:yaml.org,2002:"

Place = tuple[int, int]
"""Line and column, from 1."""

LINE_END: Final = re.compile("\r\n|[\r\n]")


class Lines:
    """Where the lines of a text begin. ruamel.yaml counts further characters as line ends, and editors do not."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in LINE_END.finditer(text))]

    def place(self, index: int) -> Place:
        """The place of a character."""
        line = bisect_right(self._starts, index)
        return line, index - self._starts[line - 1] + 1


class WrittenFloat(float):
    """A number with a point that remembers how it was written: 1.30 is a version, and not 1.3."""

    text: str

    def __new__(cls, text: str) -> Self:
        """Read the number."""
        number = super().__new__(cls, text.replace("_", ""))
        number.text = text
        return number

    def __str__(self) -> str:
        return self.text


class Notes(Protocol):
    """What the builder fills in beside the values."""

    places: dict[Path, Place]
    keys: dict[Path, Place]
    unusable: set[Path]
    doubtful: set[Path]

    def report(self, finding: Finding, place: Place) -> None:
        """Note a fault of the syntax."""


class Builder:
    """Turns the node graph into values and notes each place."""

    def __init__(self, document: Notes, lines: Lines) -> None:
        self._document = document
        self._lines = lines
        self._count = 0
        self._open: set[int] = set()

    def build_document(self, root: Node) -> Any:  # noqa: ANN401  # a YAML value is anything
        """The values of the file, or None with a finding."""
        try:
            return self._build(root, ())
        except _TooLargeError as error:
            remedy = "write the values out instead of using aliases (*name)"
            message = "aliases make the file too large or too deep"
            self._document.report(Finding("HG110", (), message, remedy), self._place(error.node))
            return None

    def _build(self, node: Node, path: Path) -> Any:  # noqa: ANN401
        self._count += 1
        if self._count > _MAX_VALUES or len(path) > MAX_DEPTH or id(node) in self._open:
            raise _TooLargeError(node)
        self._document.places[path] = self._place(node)
        if isinstance(node, ScalarNode):
            return self._scalar(node, path)
        self._open.add(id(node))
        try:
            return self._collection(node, path)
        finally:
            self._open.discard(id(node))

    def _collection(self, node: Node, path: Path) -> Any:  # noqa: ANN401
        expected = "map" if isinstance(node, MappingNode) else "seq"
        if str(node.tag).removeprefix(_TAG) != expected:
            self._refuse_tag(node, path)
        if isinstance(node, SequenceNode):
            return [self._build(item, (*path, index)) for index, item in enumerate(node.value)]
        values = dict(self._items(node, path))
        if node.value and not values:
            self._document.unusable.add(path)
        return values

    def _items(self, node: Node, path: Path) -> Iterator[tuple[str, Any]]:
        seen: dict[str, Place] = {}
        for key_node, value_node in node.value:
            place = self._place(key_node)
            if not isinstance(key_node, ScalarNode):
                finding = Finding("HG105", path, "a key is a list or a mapping", "write a plain word as key")
                self._document.report(finding, place)
                continue
            key = self._text(key_node, path)
            if key == "<<":
                message = "merge keys (<<) are not part of YAML 1.2"
                self._document.report(Finding("HG110", path, message, "write the values out"), place)
            elif key in seen:
                message = f"key {quoted(key)} stands twice, first in line {seen[key][0]}"
                self._document.report(Finding("HG102", (*path, key), message, "keep one of the two"), place)
                self._document.doubtful.add((*path, key))
            else:
                seen[key] = self._document.keys[(*path, key)] = place
                yield key, self._build(value_node, (*path, key))

    def _scalar(self, node: ScalarNode, path: Path) -> Any:  # noqa: ANN401
        value = self._text(node, path)
        read = _READERS.get(str(node.tag).removeprefix(_TAG))
        if read is None:
            self._refuse_tag(node, path)
            return value
        try:
            return read(value)
        except ValueError:  # a number that Python spells otherwise (".inf")
            return value

    def _text(self, node: ScalarNode, path: Path) -> str:
        value = str(node.value)
        try:
            value.encode()
        except UnicodeEncodeError:
            message = f"{quoted(value)} holds half a character (a lone surrogate)"
            self._document.report(Finding("HG110", path, message, "write the character itself"), self._place(node))
            self._document.unusable.add(path)
            return value.encode("utf-8", "replace").decode()
        return value

    def _place(self, node: Node) -> Place:
        return self._lines.place(node.start_mark.index)

    def _refuse_tag(self, node: Node, path: Path) -> None:
        message = f"the tag {quoted(str(node.tag).replace(_TAG, '!!'))} is not supported"
        self._document.report(Finding("HG110", path, message, "write a plain value without a tag"), self._place(node))
        self._document.unusable.add(path)


def _integer(value: str) -> int | str:
    """The number; one that nobody can mean stays text."""
    digits = value.replace("_", "")
    if len(digits) > _MAX_DIGITS:
        return value
    return int(digits, 0) if digits.lower()[:2] in {"0x", "0o"} else int(digits)


_READERS: Final[dict[str, Callable[[str], Any]]] = {
    "null": lambda _value: None,
    "bool": lambda value: value.lower() == "true",
    "int": _integer,
    "float": WrittenFloat,
    "str": str,
    "timestamp": str,
}
"""How scalars are read, by their tag in YAML's core schema."""


class _TooLargeError(Exception):
    """A value that expands without end, or almost."""

    def __init__(self, node: Node) -> None:
        super().__init__()
        self.node = node
