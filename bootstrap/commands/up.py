"""`hagen bootstrap up`: from what is there to what hagen.yaml wants."""

import sys
from collections.abc import Collection, Sequence

import click

from ..engine import Outcome, carry_out
from ..errors import BootstrapError
from ..events import Events, Listener
from ..journal import Journal, run_folder
from ..observe import observe
from ..plan import ASKS, Change, plan
from ..redaction import Secrets
from ..reporting.plain import Plain
from ..run import Run
from ..site import Site
from ..steps import STEPS
from ..stopping import stoppable
from .opening import INTERRUPTED, asked, on_site, said, wanted, working
from .plan import show


@click.command("up")
@on_site
@click.option("--yes", is_flag=True, help="Remove and replace machines without asking.")
@click.option("--replace", multiple=True, metavar="NAME", help="Make this machine anew, whatever it is. Repeatable.")
def command(site: Site, yes: bool, replace: tuple[str, ...]) -> None:
    """Bring machines and cluster to what was rendered. Run it again at any time: it goes on where it was."""
    unknown = [each for each in replace if each not in {machine.name for machine in site.inventory.machines}]
    if unknown:
        raise click.BadParameter(f"hagen.yaml has no machine {', '.join(unknown)}", param_hint="--replace")
    outcome = up(site, (Plain(sys.stdout),), frozenset(replace), yes=yes)
    for problem in outcome.problems:
        click.echo(said(problem), err=True)
    if outcome.problems:
        raise click.exceptions.Exit(INTERRUPTED if outcome.interrupted else 1)
    click.echo(f"{outcome.changes} changes." if outcome.changes else "All is as wanted.")


def up(site: Site, listeners: Sequence[Listener], replace: Collection[str] = (), *, yes: bool) -> Outcome:
    """One run, under the cluster's lock. Asks before anything is lost. BootstrapError when nothing was begun."""
    secrets = Secrets()
    journal = Journal(run_folder(site.repository, site.inventory.cluster), secrets)
    run = Run(site, Events(*listeners), journal, secrets, replace=set(replace))
    with working(site, run.stop):
        _agreed(plan(wanted(site), observe(run), replace), yes=yes)
        with stoppable(run.stop, lambda text: click.echo(text, err=True)):
            outcome = carry_out(run, STEPS)
            while run.again and not outcome.problems:
                outcome = outcome.then(carry_out(run, STEPS))
            return outcome


def _agreed(changes: Sequence[Change], *, yes: bool) -> None:
    refused = [change for change in changes if change.refused]
    if refused:
        reasons = "; ".join(f"{change.machine} may not go: {change.refused}" for change in refused)
        raise BootstrapError("plan", reasons, "Nothing was changed.")
    asks = [change for change in changes if change.kind in ASKS]
    if asks and not yes:
        show(asks)
        asked("Their disks are lost. Go on?")
