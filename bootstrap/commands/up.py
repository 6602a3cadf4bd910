"""`hagen bootstrap up`: from what is there to what hagen.yaml wants."""

import json
import sys
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import click
from rich.console import Console

from ..engine import Outcome, carry_out
from ..errors import BootstrapError, Problems, problems_of
from ..events import Events, Listener
from ..journal import Journal, run_folder
from ..observe import observe
from ..plan import ASKS, Change, Kind, plan
from ..provider.contract import ProviderError
from ..redaction import Secrets
from ..reporting.lasting import Lasting
from ..reporting.live import live
from ..reporting.plain import Plain
from ..reporting.stream import Stream, as_data
from ..reporting.summary import tell
from ..run import Run
from ..site import Site
from ..steps import STEPS
from ..stopping import stoppable
from .opening import INTERRUPTED, asked, known, on_site, wanted, working
from .plan import show


@click.command("up")
@on_site
@click.option("--yes", is_flag=True, help="Remove and replace machines without asking.")
@click.option("--replace", multiple=True, metavar="NAME", help="Make this machine anew, whatever it is. Repeatable.")
@click.option(
    "--agent-wheels",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Install the health agent from here (make agent-wheels), not from PyPI.",
)
@click.option(
    "--at-once",
    type=click.IntRange(min=1),
    help="For a slow host: most machines that boot and are worked on side by side.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each event.")
@click.option("--plain", is_flag=True, help="Plain lines, also on a terminal.")
def command(
    site: Site,
    *,
    yes: bool,
    replace: tuple[str, ...],
    agent_wheels: Path | None,
    at_once: int | None,
    as_json: bool,
    plain: bool,
) -> None:
    """Bring machines and cluster to what was rendered. Run it again at any time: it goes on where it was."""
    known(site, replace)
    run = new_run(site, frozenset(replace))
    run.agent_wheels, run.at_once = agent_wheels, at_once
    console = Console(highlight=False)
    if as_json:
        outcome = _streamed(run, Stream(sys.stdout), yes=yes)
    else:
        lines = plain or not console.is_terminal or console.is_dumb_terminal
        shown = nullcontext(Plain(sys.stdout)) if lines else live(console, run.events.now)
        outcome = up(run, shown, yes=yes)
        tell(console, outcome, run.journal.folder, run.secrets)
    if outcome.problems:
        raise click.exceptions.Exit(INTERRUPTED if outcome.interrupted else 1)


def _streamed(run: Run, stream: Stream, *, yes: bool) -> Outcome:
    """The last line is the outcome, also of a run that was refused."""
    try:
        outcome = up(run, nullcontext(stream), yes=yes)
    except (BootstrapError, Problems, ProviderError) as error:
        stream.end(Outcome((), 0, problems_of(error)))
        raise
    stream.end(outcome)
    return outcome


def new_run(site: Site, replace: Collection[str] = ()) -> Run:
    """A run with its own folder of logs."""
    secrets = Secrets()
    journal = Journal(run_folder(site.repository, site.inventory.cluster), secrets)
    return Run(site, Events(), journal, secrets, replace=set(replace))


def up(run: Run, shown: AbstractContextManager[Listener], *, yes: bool) -> Outcome:
    """One run, under the cluster's lock. Asks before anything is lost. BootstrapError when nothing was begun."""
    with working(run.site, run.stop):
        _agreed(plan(wanted(run.site), observe(run), run.replace), yes=yes)
        say = lambda text: click.echo(text, err=True)  # noqa: E731
        with stoppable(run.stop, say), shown as listener:
            told = Lasting(listener, run.stop)
            run.events.add(told)
            outcome = carry_out(run, STEPS)
            while run.again and not outcome.problems:
                outcome = outcome.then(carry_out(run, STEPS))
        run.journal.finish(json.dumps(as_data(outcome), indent=1))
    if run.journal.error is not None:
        click.echo(f"the log in {run.journal.folder} is not whole: {run.journal.error.strerror}", err=True)
    if told.error is not None:
        raise told.error
    return outcome


def _refused(change: Change) -> str:
    what = "may not go" if change.kind in ASKS else change.text if change.kind is Kind.NOTE else str(change.kind)
    return f"{what}: {change.refused}"


def _agreed(changes: Sequence[Change], *, yes: bool) -> None:
    refused = [change for change in changes if change.refused]
    if refused:
        raise Problems([BootstrapError(change.machine, _refused(change), "Nothing was changed.") for change in refused])
    asks = [change for change in changes if change.kind in ASKS]
    if asks and not yes:
        show(asks, sys.stderr)
        asked("Their disks are lost. Go on?")
