"""`hagen render`: hagen.yaml -> a git repository."""

import sys
from pathlib import Path

import click

from ..check import check_file
from ..console import count, show_problems
from ..publish import Outcome, primary_of, publish, write_plain
from ..render import render
from ..topology import plan
from ..version import version
from .check import exit_code, summary
from .options import config_option, output_option, plain_option, strict_option, template_option


@click.command("render")
@config_option
@output_option
@template_option
@plain_option
@strict_option
def command(config: Path, output: Path | None, template: Path, plain: bool, strict: bool) -> None:  # noqa: FBT001
    """Render hagen.yaml into a git repository: a commit on hagen/rendered, merged into the checked-out branch.

    Edits made by hand survive; an unchanged render makes no commit and touches no file.
    """
    report = check_file(config)
    show_problems(report.problems, report.file, report.source, sys.stderr)
    if report.cluster is None or exit_code(report, strict=strict):
        click.echo(f"{summary(report)}; nothing was written", err=True)
        raise SystemExit(exit_code(report, strict=strict))
    name = report.cluster.metadata.name
    directory = output or Path("build") / name
    primary = primary_of(directory) in {None, name}
    files = render(plan(report.cluster), report.content, template, primary=primary)
    if plain:
        outcome = write_plain(directory, files, cluster=name)
    else:
        outcome = publish(directory, files, cluster=name, version=version())
    click.echo(_story(outcome, directory, len(files)))
