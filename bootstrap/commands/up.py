"""`hagen bootstrap up`: from what is there to what hagen.yaml wants."""

import sys
from pathlib import Path

import click

from ..engine import Outcome, carry_out
from ..errors import BootstrapError
from ..events import Events
from ..journal import Journal, run_folder
from ..lease import leased, name
from ..redaction import Secrets
from ..reporting.plain import Plain
from ..run import Run
from ..site import Site
from ..steps import STEPS
from .opening import Where, open_site, where


@click.command("up")
@where
def command(repository: Path, cluster: str, lxd: str, project: str) -> None:
    """Bring machines and cluster to what was rendered. Run it again at any time: it goes on where it was."""
    site = open_site(Where(repository, cluster, lxd, project))
    try:
        outcome = up(site, Plain(sys.stdout))
    except BootstrapError as error:
        raise click.ClickException(str(error)) from error
    for problem in outcome.problems:
        click.echo(f"{problem}" + (f"\n{problem.output}" if problem.output else ""), err=True)
    if outcome.problems:
        raise click.exceptions.Exit(1)
    click.echo(f"{outcome.changes} changes.")


def up(site: Site, *listeners: Plain) -> Outcome:
    """One run, under the cluster's lock."""
    secrets = Secrets()
    journal = Journal(run_folder(site.repository, site.inventory.cluster), secrets)
    run = Run(site, Events(*listeners), journal, secrets)
    with leased(site.provider, name(), run.stop):
        return carry_out(run, STEPS)
