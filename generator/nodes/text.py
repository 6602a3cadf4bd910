"""The text of hagen.yaml around its nodes: ruamel.yaml says where each stands, and only that is changed. Pure.

A round trip through ruamel.yaml would keep comments, and write every other line anew in its own manner.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from ..sample import flow

Entry = Mapping[str, str | int]
_KEY: Final = "nodes"


@dataclass(frozen=True, slots=True)
class Text:
    """A file's text, with the graph of each of its nodes; none where `nodes` is not written out as a list.

    What is not as expected raises IndexError, TypeError or ValueError.
    """

    text: str
    items: tuple[Node, ...]
    block: bool

    @classmethod
    def of(cls, text: str) -> "Text":
        """A text that is known to be YAML."""
        root = YAML(typ="rt", pure=True).compose(text)
        found = _value(root, _KEY) if isinstance(root, MappingNode) else None
        if not isinstance(found, SequenceNode):
            return cls(text, (), block=True)
        return cls(text, tuple(found.value), block=not found.flow_style)

    @property
    def line_end(self) -> str:
        """As the file has it."""
        return "\r\n" if "\r\n" in self.text else "\n"

    def insert(self, entries: Sequence[Entry], after: int) -> str:
        """New nodes behind the one of this index, in its style."""
        item = self.items[after]
        end = _end(item)
        if self.block:
            return self._lines_after(end, [line for entry in entries for line in self._item_lines(entry, after)])
        separator = ", "
        if after and self._line_start(_start(item)) != self._line_start(_start(self.items[after - 1])):
            separator = f",{self.line_end}{' ' * item.start_mark.column}"
        written = [separator + self._flow_mapping(entry, item) for entry in entries]
        return self.text[:end] + "".join(written) + self.text[end:]

    def remove(self, index: int) -> str:
        """Without one node: its lines go, with the comments that stand on them; those above it stay."""
        item = self.items[index]
        if self.block:
            begin, end = self._line_start(self._dash(index)), self._after_line(_end(item))
        elif index + 1 < len(self.items):
            begin, end = _start(item), _start(self.items[index + 1])
        else:
            begin, end = (_end(self.items[index - 1]) if index else _start(item)), _end(item)
        return self.text[:begin] + self.text[end:]

    def put(self, index: int, key: str, value: str | int) -> str:
        """With another value of one key of one node."""
        item = self.items[index]
        if not isinstance(item, MappingNode):
            raise TypeError(item.tag)
        written, old = flow(value, key), _value(item, key)
        if old is not None:
            begin, end = _start(old), _end(old)
            space = " " if self.text[begin - 1] == ":" else ""
            return self.text[:begin] + space + written + self.text[end:]
        end = _end(item.value[-1][1])
        if _flows(item):
            return f"{self.text[:end]}, {key}: {written}{self.text[end:]}"
        return self._lines_after(end, [f"{' ' * item.start_mark.column}{key}: {written}"])

    def append(self, lines: Sequence[str]) -> str:
        """With lines at the end of the file."""
        return self._lines_after(len(self.text), lines)

    def _item_lines(self, entry: Entry, like: int) -> list[str]:
        item, dash = self.items[like], self._dash(like)
        indent = self.text[self._line_start(dash) : dash]
        gap = self.text[dash + 1 : _start(item)]
        gap = gap if gap and not gap.strip(" ") else " "
        if _flows(item):
            return [f"{indent}-{gap}{self._flow_mapping(entry, item)}"]
        pairs = [f"{key}: {flow(value, key)}" for key, value in entry.items()]
        inner = indent + " " * (1 + len(gap))
        return [f"{indent}-{gap}{pairs[0]}", *(f"{inner}{pair}" for pair in pairs[1:])]

    def _flow_mapping(self, entry: Entry, like: Node) -> str:
        space = " " if _flows(like) and self.text[_start(like) + 1] == " " else ""
        return "{" + space + ", ".join(f"{key}: {flow(value, key)}" for key, value in entry.items()) + space + "}"

    def _dash(self, index: int) -> int:
        return self.text.rindex("-", 0, _start(self.items[index]))

    def _lines_after(self, position: int, lines: Sequence[str]) -> str:
        at = self._after_line(position)
        before = self.text[:at]
        if before and not before.endswith("\n"):
            before += self.line_end
        return before + "".join(line + self.line_end for line in lines) + self.text[at:]

    def _line_start(self, position: int) -> int:
        return self.text.rfind("\n", 0, position) + 1

    def _after_line(self, position: int) -> int:
        if position and self.text[position - 1 : position] == "\n":
            return position
        found = self.text.find("\n", position)
        return len(self.text) if found < 0 else found + 1


def _value(mapping: MappingNode, key: str) -> Node | None:
    return next((value for name, value in mapping.value if isinstance(name, ScalarNode) and name.value == key), None)


def _flows(node: Node) -> bool:
    """Whether it is written in brackets."""
    return isinstance(node, CollectionNode) and bool(node.flow_style)


def _start(node: Node) -> int:
    return int(node.start_mark.index)


def _end(node: Node) -> int:
    """Behind its last sign. Block collections end where the next thing begins, so the last thing in them counts."""
    if not isinstance(node, CollectionNode) or _flows(node) or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(last[1] if isinstance(node, MappingNode) else last)
