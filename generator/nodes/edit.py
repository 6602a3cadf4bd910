"""Edits of `nodes`, each proved: what the new text says is what the old one said, but for what was asked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ..check import Report, check
from ..errors import HagenError
from ..load import Document, parse
from ..model import Cluster
from ..sample import node_entry
from .text import Entry, Text

_MARK: Final = "\ufeff"


@dataclass(frozen=True, slots=True)
class Edit:
    """A changed file. `report`: what `hagen check` says of it."""

    before: str
    after: str
    content: bytes
    report: Report


def added(document: Document, cluster: Cluster, entries: Sequence[Entry]) -> Edit:
    """With new nodes, behind the last one of their role."""

    def change(text: str, nodes: list[dict[str, Any]]) -> str:
        roles = [node.get("role") for node in nodes]
        same = [index for index, role in enumerate(roles) if role == entries[0]["role"]]
        after = same[-1] if same else len(nodes) - 1
        nodes[after + 1 : after + 1] = [dict(entry) for entry in entries]
        return Text.of(text).insert(entries, after)

    return _edited(document, cluster, change)


def removed(document: Document, cluster: Cluster, names: Sequence[str]) -> Edit:
    """Without the nodes of these names."""

    def change(text: str, nodes: list[dict[str, Any]]) -> str:
        for index in reversed([index for index, node in enumerate(nodes) if node["name"] in names]):
            text = Text.of(text).remove(index)
            del nodes[index]
        return text

    return _edited(document, cluster, change)


def placed(document: Document, cluster: Cluster, name: str, host: str) -> Edit:
    """With one node on another host."""

    def change(text: str, nodes: list[dict[str, Any]]) -> str:
        index = next(index for index, node in enumerate(nodes) if node["name"] == name)
        nodes[index] = {**nodes[index], "host": host}
        return Text.of(text).put(index, "host", host)

    return _edited(document, cluster, change)


def _edited(document: Document, cluster: Cluster, change: Callable[[str, list[dict[str, Any]]], str]) -> Edit:
    before = document.content.decode("utf-8-sig")
    spelled = before
    if "nodes" not in document.data:
        lines = ["nodes:", *(f"  - {node_entry(node)}" for node in cluster.nodes)]
        spelled = Text.of(before).append(lines)
    try:
        nodes = list(parse(spelled.encode()).data["nodes"])
        after = change(spelled, nodes)
        result = parse(after.encode(), document.name)
        proved = not nodes or result.data == {**document.data, "nodes": nodes}
    except (AttributeError, IndexError, KeyError, StopIteration, TypeError, ValueError) as error:
        raise _by_hand(document) from error
    if not proved:
        raise _by_hand(document)
    mark = _MARK if document.content.startswith(_MARK.encode()) else ""
    content = (mark + after).encode()
    return Edit(before, after, content, check(parse(content, document.name)))


def _by_hand(document: Document) -> HagenError:
    return HagenError(
        f"nodes of {document.name} are written in a way that cannot be edited without changing more",
        remedy="write nodes as a list with one machine a line, as `hagen init` does, or edit it by hand",
    )
