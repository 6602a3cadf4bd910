"""Read hagen.yaml: bytes -> plain values, with the place of every key and value, and every fault of its syntax.

ruamel.yaml (YAML 1.2: `on`, `no` and `0777` mean themselves) composes the node graph; values are built here from the
graph because a round-trip document hides duplicate keys and keeps no place for scalars.
"""

import warnings
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer, ComposerError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import Node
from ruamel.yaml.reader import ReaderError

from .errors import HagenError
from .problem import Finding, Path
from .values import MAX_DEPTH, Builder, Lines, Place

_STDIN: Final = FilePath("/dev/stdin")
_MAX_BYTES: Final = 2**20

_REASONS: Final = (
    ("cannot start any token", "a character that can begin no value: a tab, or one of @ ` % without quotes"),
    ("expected a single document", "the file holds a second document after ---"),
    ("mapping values are not allowed", "a colon where none may stand"),
    ("expected <block end>", "the line does not line up with the ones above it"),
    ("expected the node content", "a value is missing or begins with a character that means something else"),
    ("could not find expected ':'", "a key without a colon"),
    ("found unexpected end of stream", "the file ends inside a quoted text"),
    ("expected ',' or", "a comma or a closing bracket is missing"),
    ("found undefined alias", "an alias (*name) without its anchor (&name)"),
)
"""The commonest faults: a part of ruamel.yaml's message, and what a person would say."""


@dataclass(slots=True)
class Document:
    """A file as plain values. `places` holds where each value stands, `keys` where its key stands.

    `unusable` holds the paths whose values say nothing, because their syntax is at fault; `doubtful` those that stand
    twice, of which only the first is read.
    """

    name: str
    content: bytes = b""
    data: Any = None
    places: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    finding_places: dict[int, Place] = field(default_factory=dict)
    unusable: set[Path] = field(default_factory=set)
    doubtful: set[Path] = field(default_factory=set)

    def place(self, path: Path, *, of_key: bool = False) -> Place:
        """Where the path stands; the nearest thing above it when the file does not spell it out."""
        if of_key and path in self.keys:
            return self.keys[path]
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))

    def report(self, finding: Finding, place: Place = (1, 1)) -> None:
        """Note a fault of the syntax, whose place no path can name."""
        self.finding_places[len(self.findings)] = place
        self.findings.append(finding)


def load(path: FilePath) -> Document:
    """Read a file. Faults of its syntax are findings; a file that cannot be read at all is a HagenError."""
    if path.exists() and not path.is_file() and path != _STDIN:
        raise HagenError(f"{path} is not a file", remedy="name a file with -c")
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
    document = Document(name, content)
    if len(content) > _MAX_BYTES:
        document.report(Finding("HG109", (), "the file is larger than 1 MiB", "keep one cluster in one file"))
        return document
    text = _decode(content, document)
    if text is not None:
        lines = Lines(text)
        root = _compose(text, document, lines)
        document.data = None if root is None else Builder(document, lines).build_document(root)
    return document


def _decode(content: bytes, document: Document) -> str | None:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8", errors="replace")  # the codec took the mark off already
        place = Lines(before).place(len(before))
        document.report(Finding("HG109", (), "the file is not UTF-8 text", "save it as UTF-8"), place)
        return None


class _TooDeepError(ComposerError):
    """Nesting that no configuration has. Found while reading: ruamel.yaml takes quadratic time for it."""


class _Composer(Composer):
    """Composes nodes down to a depth."""

    _depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:  # noqa: ANN401  # as ruamel.yaml has it
        """One node and what is below it."""
        if self._depth > MAX_DEPTH:
            mark = self.parser.peek_event().start_mark
            raise _TooDeepError(None, None, "nested too deeply", mark)
        self._depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1


def _compose(text: str, document: Document, lines: Lines) -> Node | None:
    """The node graph, or None with a finding (an empty file has neither)."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # ruamel.yaml warns of directives, octal numbers and mismatched versions
            yaml = YAML(typ="rt", pure=True)
            yaml.Composer = _Composer
            root: Node | None = yaml.compose(text)
    except _TooDeepError as error:
        remedy = "write the file flat, as `hagen init` does"
        place = lines.place(error.problem_mark.index) if error.problem_mark else (1, 1)
        document.report(Finding("HG110", (), "values are nested too deeply", remedy), place)
    except MarkedYAMLError as error:
        _report_syntax(error, document, lines)
    except ReaderError as error:
        fault = _not_yaml("a control character", "retype the line; a pasted character is invisible")
        document.report(fault, lines.place(error.position))
    except NotImplementedError:  # two comments that ruamel.yaml would keep in one place
        fault = _not_yaml("comments stand around an empty value", "move them to lines of their own, above a key")
        document.report(fault)
    except (YAMLError, ValueError, TypeError, AttributeError, LookupError, AssertionError, OverflowError) as error:
        # ruamel.yaml leaks these on malformed input (bad escapes, bad directives)
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        document.report(_not_yaml(reason, "compare it with what `hagen init` writes"))
    else:
        return root
    return None


def _report_syntax(error: MarkedYAMLError, document: Document, lines: Lines) -> None:
    mark = error.problem_mark or error.context_mark
    place = lines.place(mark.index) if mark else (1, 1)
    given = " ".join(part for part in (error.context, error.problem) if part)
    reason = next((words for part, words in _REASONS if part in given), given)
    document.report(_not_yaml(reason, "check indentation, colons and quotes here and in the line above"), place)


def _not_yaml(reason: str, remedy: str) -> Finding:
    return Finding("HG101", (), f"the file is not YAML: {reason}", remedy)
