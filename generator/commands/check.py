"""`hagen check`: every problem of a hagen.yaml at once."""

import json
from pathlib import Path

import click

from ..check import Report, check_file
from ..console import count, show_problems
from .options import config_option, strict_option

ERRORS = 1
WARNINGS = 3


@click.command("check")
@config_option
@strict_option
@click.option("--json", "as_json", is_flag=True, help="Print the problems as JSON.")
def command(config: Path, strict: bool, as_json: bool) -> None:  # noqa: FBT001  # click passes flags by name
    """Judge hagen.yaml: every problem at once, with its place and a remedy.

    Exit code: 0 clean, 1 errors, 3 only warnings with --strict.
    """
    report = check_file(config)
    if as_json:
        click.echo(as_document(report))
    else:
        show_problems(report.problems, report.file, report.source)
        click.echo(summary(report))
    raise SystemExit(exit_code(report, strict=strict))


def exit_code(report: Report, *, strict: bool) -> int:
    """The exit code that a report has."""
    if report.errors:
        return ERRORS
    return WARNINGS if strict and report.warnings else 0


def as_document(report: Report) -> str:
    """The report as JSON: file, counts, problems."""
    problems = [problem.as_dict() for problem in report.problems]
    document = {"file": report.file, "errors": report.errors, "warnings": report.warnings, "problems": problems}
    return json.dumps(document, indent=2, ensure_ascii=False)


def summary(report: Report) -> str:
    """One line: what was found, and what the cluster is."""
    found = ", ".join(
        count(number, noun) for number, noun in ((report.errors, "error"), (report.warnings, "warning")) if number
    )
    if report.cluster is None:
        return f"{report.file}: {found}"
    roles = [node.role for node in report.cluster.nodes]
    machines = ", ".join(count(roles.count(role), role.replace("-", " ")) for role in dict.fromkeys(roles))
    return f"{report.file}: {found or 'no problems'}; {report.cluster.metadata.name}: {machines}"
