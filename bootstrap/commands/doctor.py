"""`hagen bootstrap doctor`: what is wrong, before or after, with causes and remedies."""

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from ..doctor import CHECKS, Check, Level
from ..doctor.examine import Examined, examine
from ..doctor.host import ThisHost
from ..doctor.sight import Sight
from ..events import Events
from ..journal import Journal
from ..redaction import Secrets
from ..reporting.examined import as_json, as_lines, as_table, counts, summary
from ..run import Run
from ..site import Site
from .opening import on_site

_ERRORS: Final = 1
_WARNINGS: Final = 3
_NAMES: Final = {check.name: check for check in CHECKS}


@click.command("doctor")
@on_site
@click.option("--json", "as_document", is_flag=True, help="As JSON.")
@click.option("--strict", is_flag=True, help="End with exit code 3 when there are warnings.")
@click.option("--list", "listed", is_flag=True, help="List the checks, and look at nothing.")
@click.argument("checks", nargs=-1, metavar="[CHECK]...", type=click.Choice(list(_NAMES)))
def command(site: Site, checks: tuple[str, ...], as_document: bool, strict: bool, listed: bool) -> None:
    """Look for what is wrong, before machines exist or after; all checks, or those that are named.

    Nothing is changed. What cannot be told from here is unknown, and counts for nothing.

    Exit code: 0 clean, 1 errors, 3 only warnings with --strict.
    """
    if listed:
        rows = [{"name": check.name, "title": check.title} for check in CHECKS]
        click.echo(json.dumps(rows, indent=2) if as_document else "\n".join("\t".join(row.values()) for row in rows))
        return
    found = examined(site, [_NAMES[name] for name in dict.fromkeys(checks)] or CHECKS)
    if as_document:
        click.echo(as_json(found))
    elif sys.stdout.isatty():
        as_table(found, sys.stdout)
    else:
        as_lines(found, sys.stdout)
        click.echo(summary(found), err=True)
    number = counts(found)
    if number[Level.ERROR]:
        raise click.exceptions.Exit(_ERRORS)
    if strict and number[Level.WARNING]:
        raise click.exceptions.Exit(_WARNINGS)


def examined(site: Site, checks: Sequence[Check]) -> tuple[Examined, ...]:
    """All checks. The host counts when the provider runs on it."""
    with tempfile.TemporaryDirectory(prefix="hagen-doctor-", ignore_cleanup_errors=True) as scratch:
        secrets = Secrets()
        run = Run(site, Events(), Journal(Path(scratch), secrets), secrets)
        return examine(Sight(run, ThisHost() if site.local else None), checks)
