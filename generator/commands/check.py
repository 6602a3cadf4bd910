"""`hagen check`: every problem of a hagen.yaml at once."""

import sys
from pathlib import Path

import click

from ..check import check_file
from ..console import as_document, exit_code, show_problems, summary
from .options import config_option, strict_option


@click.command("check")
@config_option
@strict_option
@click.option("--json", "as_json", is_flag=True, help="Print the problems as JSON.")
def command(config: Path, strict: bool, as_json: bool) -> None:  # click passes flags by name
    """Judge hagen.yaml: every problem at once, with its place and a remedy.

    Exit code: 0 clean, 1 errors, 3 only warnings with --strict.
    """
    report = check_file(config)
    if as_json:
        click.echo(as_document(report))
    else:
        show_problems(report.problems, report.file, report.source)
        click.echo(summary(report))
        if report.cluster is not None and sys.stdout.isatty():
            from ..overview import show_overview  # noqa: PLC0415  # a table only where somebody looks
            from ..topology import plan  # noqa: PLC0415

            show_overview(plan(report.cluster))
    raise SystemExit(exit_code(report, strict=strict))
