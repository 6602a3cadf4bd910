"""The status: a screen for a person, lines for a pipe, JSON for a program."""

import json
from collections.abc import Mapping
from typing import Final, TextIO

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from ..status.line import Line, State, worst

Status = Mapping[str, tuple[Line, ...]]
_SIGNS: Final = {
    State.OK: ("●", "green"),
    State.DEGRADED: ("▲", "yellow"),
    State.UNKNOWN: ("?", "magenta"),
    State.CRITICAL: ("✗", "bold red"),
}


def overall(found: Status) -> State:
    """The worst of all."""
    return worst(line.state for lines in found.values() for line in lines)


def screen(found: Status, cluster: str, when: str) -> RenderableType:
    """One row for each line; what to do stands below what is wrong."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for subject, lines in found.items():
        for number, line in enumerate(lines):
            sign, colour = _SIGNS[line.state]
            text = escape(line.text)
            if line.remedy and line.state is not State.OK:
                text += f"\n[dim]{escape(line.remedy)}[/]"
            table.add_row("" if number else subject, f"[{colour}]{sign}[/]", text)
    state = overall(found)
    sign, colour = _SIGNS[state]
    head = Text.assemble((cluster, "bold"), "  ", (f"{sign} {state.word}", colour), ("  " + when, "dim"))
    return Group(head, Text(), table)


def as_lines(found: Status, stream: TextIO) -> None:
    """STATE, subject, what is seen, what to do; separated by tabs."""
    for subject, lines in found.items():
        for line in lines:
            words = (line.state.word, subject, line.text, line.remedy if line.state is not State.OK else "")
            stream.write("\t".join(" ".join(word.split()) for word in words).rstrip("\t") + "\n")


def as_json(found: Status, cluster: str) -> str:
    """`state`: the worst; `subjects`: name to lines."""
    subjects = {
        subject: [{"state": line.state.word, "text": line.text, "remedy": line.remedy} for line in lines]
        for subject, lines in found.items()
    }
    return json.dumps({"cluster": cluster, "state": overall(found).word, "subjects": subjects}, indent=2)
