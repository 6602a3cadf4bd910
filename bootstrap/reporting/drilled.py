"""What a drill came to, for a person: a table on a terminal, lines in a pipe."""

from pathlib import Path
from typing import Final, TextIO

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..drills.report import Objective, Report, Verdict

_COLOURS: Final = {Verdict.PASSED: "green", Verdict.FAILED: "bold red", Verdict.UNKNOWN: "yellow"}


def as_table(report: Report, page: Path, stream: TextIO) -> None:
    """Each promise beside what was seen, then why, then where the page is."""
    console = Console(file=stream, highlight=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title, justify in (("What was promised", "left"), ("Seen", "right"), ("Allowed", "right"), ("", "left")):
        table.add_column(title, justify=justify)  # type: ignore[arg-type]
    for act_number, act in enumerate(report.acts):
        mine = [each for each in report.objectives if each.act == act_number]
        if mine:
            table.add_row(f"[bold]{escape(act.command)}[/]", "", "", "")
        for each in mine:
            colour = _COLOURS[each.verdict]
            table.add_row(f"  {escape(each.title)}", seen(each), allowed(each), f"[{colour}]{each.verdict}[/]")
    console.print(table)
    console.print(f"[{_COLOURS[report.verdict]}]{escape(headline(report))}[/]")
    for reason in report.reasons:
        console.print(f"  {escape(reason)}")
    for missing in report.not_measured:
        console.print(f"  [dim]not measured: {escape(missing)}[/]")
    console.print(f"{page}", soft_wrap=True)


def as_lines(report: Report, page: Path, stream: TextIO) -> None:
    """VERDICT, act, promise, seen, allowed; separated by tabs. Then the drill's own verdict, and the page."""
    for each in report.objectives:
        act = report.acts[each.act].command
        stream.write(_row(each.verdict, act, each.title, seen(each), allowed(each)))
    stream.writelines(_row("because", reason) for reason in report.reasons)
    stream.writelines(_row("not measured", missing) for missing in report.not_measured)
    stream.write(f"{report.verdict}\t{report.drill}\t{page}\n")


def _row(*words: str) -> str:
    """One line whatever is said: tabs and ends of lines within a word are blanks."""
    return "\t".join(" ".join(word.split()) for word in words) + "\n"


def headline(report: Report) -> str:
    """One sentence."""
    words = {Verdict.PASSED: "held what was promised", Verdict.FAILED: "did not hold", Verdict.UNKNOWN: "is not told"}
    return f"{report.title}: {words[report.verdict]}"


def seen(each: Objective) -> str:
    """A figure as a person reads it."""
    return "-" if each.measured is None else _time(each.measured)


def allowed(each: Objective) -> str:
    """The bound likewise."""
    return "-" if each.bound is None else _time(each.bound)


def _time(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
