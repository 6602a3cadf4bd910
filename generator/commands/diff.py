"""`hagen diff`: what a render would change."""

import sys
from pathlib import Path

import click

from ..check import check_file
from ..console import show_problems
from ..publish import preview, primary_of
from ..render import render
from ..topology import plan
from .check import ERRORS, summary
from .options import config_option, output_option, template_option

CHANGES = 2


@click.command("diff")
@config_option
@output_option
@template_option
@click.option("--stat", is_flag=True, help="List the files only.")
def command(config: Path, output: Path | None, template: Path, stat: bool) -> None:  # noqa: FBT001
    """Show what `hagen render` would change, and write nothing.

    Exit code: 0 nothing, 2 something, 1 errors.
    """
    report = check_file(config)
    show_problems(report.problems, report.file, report.source, sys.stderr)
    if report.cluster is None:
        click.echo(summary(report), err=True)
        raise SystemExit(ERRORS)
