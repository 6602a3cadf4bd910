"""What the doctor found: a table on a terminal, lines in a pipe, JSON for programs."""

import json
from collections.abc import Sequence
from typing import Final, TextIO

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..doctor.check import Finding, Level
from ..doctor.examine import Examined

_COLOURS: Final = {Level.OK: "green", Level.WARNING: "yellow", Level.ERROR: "bold red", Level.UNKNOWN: "dim"}
_LATER: Final = "later"  # there is nothing to look at yet


def as_table(found: Sequence[Examined], stream: TextIO) -> None:
    """One line for each finding; remedies below what they are for. What is not there yet takes one line together."""
    console = Console(file=stream)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Check", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("What was seen", overflow="fold")
    for titles, findings in _together(found):
        for number, finding in enumerate(findings):
            text = f"{escape(finding.place)}: {escape(finding.cause)}"
            if finding.remedy and finding.level is not Level.OK:
                text += f"\n[green]fix[/] {escape(finding.remedy)}"
            colour = _COLOURS[finding.level]
            table.add_row("" if number else titles, f"[{colour}]{finding.level}[/]", text)
    console.print(table)
    later = [each.check.title for each in found if not each.findings]
    if later:
        console.print(f"[dim]Nothing to look at yet: {', '.join(later)}.[/]")
    console.print(summary(found), highlight=False)


def _together(found: Sequence[Examined]) -> list[tuple[str, tuple[Finding, ...]]]:
    """Titles and findings; checks that all cannot see for the same reason are one."""
    rows: dict[tuple[Finding, ...], list[str]] = {}
    for each in found:
        rows.setdefault(each.findings, []).append(each.check.title)
    return [("\n".join(titles), findings) for findings, titles in rows.items() if findings]


def as_lines(found: Sequence[Examined], stream: TextIO) -> None:
    """LEVEL, check, place, cause, remedy; separated by tabs. `later` for a check with nothing to look at yet."""
    for each in found:
        if not each.findings:
            stream.write(f"{_LATER}\t{each.check.name}\n")
        for finding in each.findings:
            words = (finding.level, each.check.name, finding.place, finding.cause, finding.remedy)
            stream.write("\t".join(" ".join(word.split()) for word in words).rstrip("\t") + "\n")


def as_json(found: Sequence[Examined]) -> str:
    """Counts of each level, and every check with its findings; `level` null: nothing to look at yet."""
    checks = [
        {
            "name": each.check.name,
            "title": each.check.title,
            "level": each.level,
            "findings": [vars(finding) for finding in each.findings],
        }
        for each in found
    ]
    return json.dumps({**{f"{level}": number for level, number in counts(found).items()}, "checks": checks}, indent=2)


def summary(found: Sequence[Examined]) -> str:
    """How many findings of each level, in one line."""
    number = counts(found)
    parts = [
        f"{number[level]} {noun if number[level] == 1 else nouns}"
        for level, noun, nouns in (
            (Level.ERROR, "error", "errors"),
            (Level.WARNING, "warning", "warnings"),
            (Level.UNKNOWN, "thing that cannot be told", "things that cannot be told"),
        )
        if number[level]
    ]
    return (", ".join(parts) or "no problems") + "."


def counts(found: Sequence[Examined]) -> dict[Level, int]:
    """Level to how many findings have it."""
    findings: list[Finding] = [finding for each in found for finding in each.findings]
    return {level: sum(finding.level is level for finding in findings) for level in Level}
