"""Read hagen.yaml: bytes -> plain values, with the place of every key and value, and every fault of its syntax.

ruamel.yaml (YAML 1.2: `on`, `no` and `0777` mean themselves) composes the node graph; values are built here from the
graph because a round-trip document hides duplicate keys and keeps no place for scalars.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from .errors import HagenError
from .problem import Finding, Path

_MAX_BYTES: Final = 4 * 2**20
_MAX_VALUES: Final = 200_000
_MAX_DEPTH: Final = 50
_TAG: Final = "tag:yaml.org,2002:"

Place = tuple[int, int]
"""Line and column, from 1."""


@dataclass(slots=True)
class Document:
    """A file as plain values. `places` holds where each value stands, `keys` where its key stands."""

    name: str
    data: Any = None
    places: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    finding_places: dict[int, Place] = field(default_factory=dict)

    def place(self, path: Path, *, of_key: bool = False) -> Place:
        """Where the path stands; the nearest thing above it when the file does not spell it out."""
        if of_key and path in self.keys:
            return self.keys[path]
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))

    def report(self, finding: Finding, place: Place) -> None:
        """Note a fault of the syntax, whose place no path can name."""
        self.finding_places[len(self.findings)] = place
        self.findings.append(finding)


def load(path: FilePath) -> Document:
    """Read a file. Faults of its syntax are findings; a file that cannot be read at all is a HagenError."""
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
    except FileNotFoundError:
        raise HagenError(
            f"{path} does not exist", remedy="write one with `hagen init`, or name another with -c"
        ) from None
    except OSError as error:
        raise HagenError(f"{path} cannot be read: {error.strerror}", remedy="name a readable file with -c") from None
    return parse(content, str(path))


def parse(content: bytes, name: str = "hagen.yaml") -> Document:
    """Parse the content of a file; never raises for what the content says."""
    document = Document(name)
    if len(content) > _MAX_BYTES:
        document.report(Finding("HG109", (), "the file is larger than 4 MiB", "keep one cluster in one file"), (1, 1))
        return document
    root = _compose(content, document)
    if root is not None:
        _Builder(document).build_document(root)
    return document


def _compose(content: bytes, document: Document) -> Node | None:
    """The node graph, or None with a finding."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        document.report(Finding("HG109", (), "the file is not UTF-8 text", "save it as UTF-8"), (line, column))
        return None
    try:
        root: Node | None = YAML(typ="rt", pure=True).compose(text)
    except MarkedYAMLError as error:
        _report_syntax(error, document)
        return None
    except RecursionError:
        document.report(
            Finding("HG110", (), "values are nested too deeply", "write the file flat, as `hagen init` does"),
            (1, 1),
        )
        return None
    except (YAMLError, ValueError, TypeError, AttributeError, IndexError, KeyError, AssertionError) as error:
        # ruamel.yaml leaks these on malformed input (bad escapes, bad directives)
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        document.report(
            Finding("HG101", (), f"the file is not YAML: {reason}", "compare it with what `hagen init` writes"),
            (1, 1),
        )
        return None
    return root


def _report_syntax(error: MarkedYAMLError, document: Document) -> None:
    mark = error.problem_mark or error.context_mark
    place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    reason = " ".join(part for part in (error.context, error.problem) if part)
    remedy = "check indentation, colons and quotes here and in the line above"
    document.report(Finding("HG101", (), f"the file is not YAML: {reason}", remedy), place)


class _Builder:
    """Turns the node graph into values and notes each place."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.count = 0
        self.open: set[int] = set()

    def build_document(self, root: Node) -> None:
        try:
            self.document.data = self.build(root, ())
        except _TooLarge as error:
            remedy = "write the values out instead of using aliases (*name)"
            self.document.report(Finding("HG110", (), str(error), remedy), _place(error.node))
            self.document.data = None

    def build(self, node: Node, path: Path) -> Any:  # noqa: ANN401  # a YAML value is anything
        self.count += 1
        if self.count > _MAX_VALUES or len(path) > _MAX_DEPTH or id(node) in self.open:
            raise _TooLarge(node)
        self.document.places[path] = _place(node)
        if isinstance(node, ScalarNode):
            return self.scalar(node, path)
        self.open.add(id(node))
        try:
            if isinstance(node, MappingNode):
                return dict(self.items(node, path))
            if isinstance(node, SequenceNode):
                return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]
        finally:
            self.open.discard(id(node))
        raise _TooLarge(node)

    def items(self, node: MappingNode, path: Path) -> Iterator[tuple[str, Any]]:
        seen: dict[str, Place] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value) if isinstance(key_node, ScalarNode) else None
            place = _place(key_node)
            if key is None:
                self.document.report(
                    Finding("HG105", path, "a key is a list or a mapping", "write a plain word as key"), place
                )
            elif key in seen:
                first = f"line {seen[key][0]}"
                finding = Finding(
                    "HG102",
                    (*path, key),
                    f'key "{key}" stands twice, first in {first}',
                    "keep one of the two",
                )
                self.document.report(finding, place)
            else:
                seen[key] = self.document.keys[(*path, key)] = place
                yield key, self.build(value_node, (*path, key))

    def scalar(self, node: ScalarNode, path: Path) -> Any:  # noqa: ANN401
        tag = str(node.tag)
        value = str(node.value)
        try:
            match tag.removeprefix(_TAG):
                case "null":
                    return None
                case "bool":
                    return value.lower() == "true"
                case "int":
                    return (
                        int(value.replace("_", ""), 0)
                        if value.lower()[:2] in {"0x", "0o"}
                        else int(value.replace("_", ""))
                    )
                case "float":
                    return float(value.replace("_", ""))
                case "str" | "timestamp":
                    return value
        except ValueError:  # an int or a float that Python spells otherwise (".inf", 5000 digits)
            return value
        finding = Finding("HG110", path, f"the tag {tag} is not supported", "write a plain value without a tag")
        self.document.report(finding, _place(node))
        return value


class _TooLarge(Exception):
    """A value that expands without end, or almost."""

    def __init__(self, node: Node) -> None:
        super().__init__("aliases or nesting make the file too large")
        self.node = node


def _place(node: Node) -> Place:
    return node.start_mark.line + 1, node.start_mark.column + 1
