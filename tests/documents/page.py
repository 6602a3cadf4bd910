"""A document, taken apart: its fenced blocks in their order, the code in its sentences, its headings and links. Pure."""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_FENCE: Final = re.compile(
    r"^(?P<indent> *)```(?P<language>\S*)\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL
)
_CODE: Final = re.compile(r"`([^`\n]+)`")
_LINK: Final = re.compile(r"\]\(([^)\s]+)\)")
_HEADING: Final = re.compile(r"^#+ (.*)$", re.MULTILINE)
_SHOWN: Final = re.compile(r"^\$ (?P<command>.*)\n(?P<output>(?:(?!\$ ).*\n)*)", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """`language`: sh is carried out, console is carried out and its output compared; others are not commands."""

    language: str
    text: str


@dataclass(frozen=True)
class Shown:
    """A command of a console block, and what the page says that it prints."""

    command: str
    output: str


def blocks(page: str) -> list[Block]:
    """Every fenced block."""
    return [Block(found["language"], textwrap.dedent(found["text"])) for found in _FENCE.finditer(page)]


def prose(page: str) -> str:
    """The page without its fenced blocks."""
    return _FENCE.sub("", page)


def codes(page: str) -> list[str]:
    """What stands between backquotes in the sentences."""
    return _CODE.findall(prose(page))


def shown(block: Block) -> list[Shown]:
    """The commands of a console block."""
    return [Shown(found["command"], found["output"]) for found in _SHOWN.finditer(block.text)]


def links(page: str) -> list[str]:
    """Where the page leads to."""
    return _LINK.findall(prose(page))


def anchors(page: str) -> set[str]:
    """The names that a forge gives to headings: lower case, no punctuation, - for a space."""
    plain = (re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in _HEADING.findall(prose(page)))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in plain}


def said(page: str) -> Iterator[str]:
    """Every command of hagen that is not carried out because it stands in a sentence, in a table or in a text block."""
    lines = [line for block in blocks(page) if block.language in {"", "text"} for line in block.text.splitlines()]
    for text in (*codes(page), *lines):
        yield from re.findall(r"^(?:\$ )?((?:hagen|hagen-agent) [a-z][^|;&]*)", text.strip())
