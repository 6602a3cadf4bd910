"""The text of hagen.yaml around its nodes: `spans` says where each stands, and only that is changed. Pure.

A round trip through ruamel.yaml would keep comments, and write every other line anew in its own manner.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ..sample import flow
from .spans import Span, dash_before, dashes, spans

Entry = Mapping[str, str | int]
_KEY: Final = "nodes"
_ENDED: Final = re.compile(r"[ \t]*(,?)[ \t]*(?:#.*)?")  # what may follow the last node of a line in brackets


@dataclass(frozen=True, slots=True)
class Text:
    """A file's text, with the span of each of its nodes; none where `nodes` is not written out as a list.

    What is not as expected raises IndexError, TypeError or ValueError.
    """

    text: str
    items: tuple[Span, ...]
    block: bool

    @classmethod
    def of(cls, text: str) -> "Text":
        """A text that is known to be YAML."""
        root = spans(text)
        found = root.value(_KEY) if root else None
        if found is None or found.kind != "sequence":
            return cls(text, (), block=True)
        return cls(text, found.parts, block=not found.flow)

    @property
    def line_end(self) -> str:
        """As the file has it."""
        return "\r\n" if "\r\n" in self.text else "\n"

    def insert(self, entries: Sequence[Entry], after: int) -> str:
        """New nodes behind the one of this index, in its style."""
        item = self.items[after]
        end = item.end
        if self.block:
            return self._lines_after(end, [line for entry in entries for line in self._item_lines(entry, after)])
        written = [self._flow_mapping(entry, item) for entry in entries]
        if not self._alone(item):
            return self.text[:end] + "".join(f", {each}" for each in written) + self.text[end:]
        close = end + len(self._rest(end))
        follows = self._comma(item)
        lines = f",{self.line_end}".join(" " * item.column + each for each in written)
        old = ("" if follows else ",") + self.text[end:close]
        return self.text[:end] + old + self.line_end + lines + ("," if follows else "") + self.text[close:]

    def remove(self, index: int) -> str:
        """Without one node: its lines go, with the comments that stand on them; those above it stay."""
        item = self.items[index]
        if self.block:
            begin, end = self._line_start(self._dash(index)), self._after_line(item.end)
        elif self._alone(item):
            begin, end = self._line_start(item.start), self._after_line(item.end)
            if index == len(self.items) - 1 and index and not self._comma(item):
                comma = self._comma(self.items[index - 1])
                return self.text[: comma - 1] + self.text[comma:begin] + self.text[end:]
        elif index + 1 < len(self.items):
            begin, end = item.start, self.items[index + 1].start
        else:
            begin, end = (self.items[index - 1].end if index else item.start), item.end
        return self.text[:begin] + self.text[end:]

    def put(self, index: int, key: str, value: str | int) -> str:
        """With another value of one key of one node."""
        item = self.items[index]
        if item.kind != "mapping":
            raise TypeError(item.kind)
        written, old = flow(value, key), item.value(key)
        if old is not None:
            space = " " if self.text[old.start - 1] == ":" else ""
            return self.text[: old.start] + space + written + self.text[old.end :]
        end = item.parts[-1].end
        if item.flow:
            return f"{self.text[:end]}, {key}: {written}{self.text[end:]}"
        return self._lines_after(end, [f"{' ' * item.column}{key}: {written}"])

    def append(self, lines: Sequence[str]) -> str:
        """With lines at the end of the file."""
        return self._lines_after(len(self.text), lines)

    def _item_lines(self, entry: Entry, like: int) -> list[str]:
        item, dash = self.items[like], self._dash(like)
        indent = self.text[self._line_start(dash) : dash]
        gap = self.text[dash + 1 : item.start]
        gap = gap if gap and not gap.strip(" ") else " "
        if item.flow:
            return [f"{indent}-{gap}{self._flow_mapping(entry, item)}"]
        pairs = [f"{key}: {flow(value, key)}" for key, value in entry.items()]
        inner = indent + " " * (1 + len(gap))
        return [f"{indent}-{gap}{pairs[0]}", *(f"{inner}{pair}" for pair in pairs[1:])]

    def _flow_mapping(self, entry: Entry, like: Span) -> str:
        brace = self.text.index("{", like.start) if like.flow else 0  # behind its anchor, if any
        space = " " if like.flow and self.text[brace + 1] == " " else ""
        return "{" + space + ", ".join(f"{key}: {flow(value, key)}" for key, value in entry.items()) + space + "}"

    def _alone(self, item: Span) -> bool:
        """Whether a node in brackets has its lines to itself, but for a comma and a comment."""
        before = self.text[self._line_start(item.start) : item.start]
        return not before.strip() and _ENDED.fullmatch(self._rest(item.end)) is not None

    def _comma(self, item: Span) -> int:
        """Where the comma behind a node ends; 0 for none on its line."""
        found = _ENDED.match(self._rest(item.end))
        return item.end + found.end(1) if found and found[1] else 0

    def _rest(self, position: int) -> str:
        """What follows on the line."""
        return self.text[position : self._after_line(position)].rstrip("\r\n")

    def _dash(self, index: int) -> int:
        return dash_before(dashes(self.text), self.items[index].start)

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
