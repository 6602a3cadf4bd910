"""What commands print: colours on a terminal, plain text in a pipe."""

import json
import sys
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, TextIO

import click

from .values import LINE_END

if TYPE_CHECKING:
    from .check import Report
    from .problem import Problem
    from .publish import Changes

ERRORS: Final = 1
WARNINGS: Final = 3
_COLOURS: Final = {"error": "red", "warning": "yellow"}


def show_problems(problems: Sequence["Problem"], file: str, source: str, stream: TextIO = sys.stdout) -> None:
    """Each problem with its place and its remedy: with the line itself on a terminal, on one line in a pipe."""
    lines = LINE_END.split(source)
    for problem in problems:
        place = f"{file}:{problem.line}:{problem.column}"
        if not stream.isatty():
            click.echo(f"{place}: {problem.severity} {problem.code}: {problem.message}; {problem.remedy}", file=stream)
            continue
        colour = _COLOURS[problem.severity]
        severity = click.style(f"{problem.severity} {problem.code}", fg=colour, bold=True)
        click.echo(f"{severity}  {click.style(place, bold=True)}  {problem.message}", file=stream)
        if 0 < problem.line <= len(lines):
            _show_line(lines[problem.line - 1], problem, colour, stream)
        click.echo(f"  {click.style('fix', fg='green')}  {problem.remedy}\n", file=stream)


def _show_line(line: str, problem: "Problem", colour: str, stream: TextIO) -> None:
    """The line of the file, cut around the column, with a mark below it."""
    width = 100
    start = max(0, problem.column - width // 2)
    number = f"{problem.line:>5} | "
    # One sign for one: nothing of the file may steer the terminal, and the mark stays below what it means.
    shown = "".join(_shown(character) for character in line[start : start + width])
    click.echo(click.style(number, dim=True) + shown, file=stream)
    mark = " " * (len(number) + sum(map(_columns, shown[: problem.column - 1 - start])))
    click.echo(mark + click.style("^", fg=colour, bold=True), file=stream)


def _shown(character: str) -> str:
    if character == "\t":
        return " "
    return character if character.isprintable() and not unicodedata.combining(character) else "?"


def _columns(character: str) -> int:
    """How many columns of a terminal a sign takes."""
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def show_changes(changes: "Changes") -> None:
    """One line per path that is added, changed or removed."""
    for sign, colour, paths in (
        ("+", "green", changes.added),
        ("~", "yellow", changes.changed),
        ("-", "red", changes.removed),
    ):
        for path in paths:
            click.echo(f"  {click.style(sign, fg=colour, bold=True)} {path}")


def count(number: int, noun: str) -> str:
    """ "1 error", "2 errors"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def exit_code(report: "Report", *, strict: bool) -> int:
    """The exit code that a report has."""
    if report.errors:
        return ERRORS
    return WARNINGS if strict and report.warnings else 0


def as_document(report: "Report") -> str:
    """The report as JSON: file, counts, problems."""
    problems = [problem.as_dict() for problem in report.problems]
    document = {"file": report.file, "errors": report.errors, "warnings": report.warnings, "problems": problems}
    return json.dumps(document, indent=2, ensure_ascii=False)


def summary(report: "Report") -> str:
    """One line: what was found, and what the cluster is."""
    found = ", ".join(
        count(number, noun) for number, noun in ((report.errors, "error"), (report.warnings, "warning")) if number
    )
    if report.cluster is None:
        return f"{report.file}: {found}"
    roles = [node.role for node in report.cluster.nodes]
    machines = ", ".join(count(roles.count(role), role.replace("-", " ")) for role in dict.fromkeys(roles))
    return f"{report.file}: {found or 'no problems'}; {report.cluster.metadata.name}: {machines}"
