"""A report for a person: a table on a terminal, one line for each verdict in a pipe."""

from datetime import UTC, datetime
from typing import TextIO

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..health import State
from ..health.report import Report, counts

# Colour never says it alone: the word stands beside it.
_STYLES = {State.OK: "green", State.DEGRADED: "yellow", State.UNKNOWN: "magenta", State.CRITICAL: "bold white on red"}


def show(report: Report, stream: TextIO) -> None:
    """Write it."""
    if stream.isatty():
        console = Console(file=stream, highlight=False)
        console.print(_table(report))
        console.print(_summary(report), style=_STYLES[report.state])
        return
    stream.writelines(f"{row.state}\t{row.name}\t{_plain(row.reason)}\n" for row in report.rows)
    stream.write(_summary(report) + "\n")


def _table(report: Report) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("")
    table.add_column("Verdict", no_wrap=True)
    table.add_column("State", no_wrap=True)
    table.add_column("Why", overflow="fold")
    before = ""
    for row in report.rows:
        if before and row.subject != before:
            table.add_section()
        subject = "" if row.subject == before else row.subject
        before = row.subject
        state = f"[{_STYLES[row.state]}]{row.state}[/]"
        table.add_row(f"[dim]{subject}[/]", escape(_plain(row.name)), state, escape(_plain(row.reason)))
    return table


def _summary(report: Report) -> str:
    found = ", ".join(f"{count} {state}" for state, count in counts(report.rows).items() if count)
    time = datetime.fromtimestamp(report.time, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return f"{report.cluster} at {time}: {report.state} ({found})"


def _plain(text: str) -> str:
    """What a server said must not steer the terminal."""
    return "".join(character if character.isprintable() else "?" for character in text)
