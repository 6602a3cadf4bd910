"""Where each value of a YAML text begins and ends, read from the parser's events. Pure.

A composed graph says less: in it an alias is the node that its anchor is on, and stands where that one stands.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    MappingStartEvent,
    NodeEvent,
)
from ruamel.yaml.tokens import BlockEntryToken


@dataclass(frozen=True, slots=True)
class Span:
    """A value. `start`: of its anchor, where it has one; `end`: behind its last sign, before comments that follow.

    `parts`: of a sequence its items, of a mapping keys and values in turn. `flow`: written in brackets.
    """

    kind: str  # scalar, alias, sequence, mapping
    start: int
    end: int
    column: int
    text: str = ""
    flow: bool = False
    parts: tuple["Span", ...] = ()

    def value(self, key: str) -> "Span | None":
        """Of a mapping; None when the key is not there, or this is none."""
        if self.kind != "mapping":
            return None
        return next((value for name, value in self.pairs() if name.text == key), None)

    def pairs(self) -> Iterator[tuple["Span", "Span"]]:
        """Keys and values of a mapping."""
        return zip(self.parts[::2], self.parts[1::2], strict=True)


def spans(text: str) -> Span | None:
    """The document's root; None when it holds nothing. The text is known to be YAML."""
    events = (each for each in _reader().parse(text) if isinstance(each, NodeEvent | CollectionEndEvent))
    first = next(events, None)
    return None if first is None else _span(first, events)


def dashes(text: str) -> list[int]:
    """Where the dashes of block sequences stand, in order."""
    return [token.start_mark.index for token in _reader().scan(text) if isinstance(token, BlockEntryToken)]


def dash_before(found: list[int], position: int) -> int:
    """The last dash before a position. IndexError for none."""
    index = bisect_left(found, position)
    if not index:
        raise IndexError(position)
    return found[index - 1]


def _reader() -> YAML:
    return YAML(typ="safe", pure=True)


def _span(event: Any, events: Iterator[Any]) -> Span:  # noqa: ANN401 - ruamel.yaml has no types for its events
    start, column = event.start_mark.index, event.start_mark.column
    if isinstance(event, AliasEvent):
        return Span("alias", start, event.end_mark.index, column)
    if not isinstance(event, CollectionStartEvent):
        return Span("scalar", start, event.end_mark.index, column, event.value)
    parts = []
    while not isinstance(following := next(events), CollectionEndEvent):
        parts.append(_span(following, events))
    kind = "mapping" if isinstance(event, MappingStartEvent) else "sequence"
    # A block collection's own end is where the next thing begins, so the last thing in it counts.
    end = following.end_mark.index if event.flow_style or not parts else parts[-1].end
    if kind == "mapping" and not event.flow_style and parts:
        column = parts[0].column
    return Span(kind, start, end, column, flow=bool(event.flow_style), parts=tuple(parts))
