"""`hagen drill`: break one thing, measure what clients saw, restore it, write the proof."""

import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from ..agents.reach import Agents
from ..drills import DRILLS
from ..drills.conduct import chosen, conduct
from ..drills.deeds import told
from ..drills.drill import Drill
from ..drills.identity import identity
from ..drills.judgement import judge
from ..drills.kept import kept
from ..drills.load.locust import PROGRAM
from ..drills.look import Look
from ..drills.report import Report, Verdict, dump, schema_text
from ..drills.stage import STEADY, Records, Stage
from ..errors import BootstrapError, Interrupted
from ..reporting.drilled import as_lines, as_table
from ..site import Site
from ..stopping import asking, stoppable
from .drill_options import Options, checked, writable
from .drill_stage import agents_of, can_load, stage_of
from .opening import INTERRUPTED, asked, on_site, working

_NAMES: Final = {drill.name: drill for drill in DRILLS}


def _listed(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        click.echo("\n".join(f"{drill.name}\t{drill.title}" for drill in DRILLS))
        ctx.exit()


def _described(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        click.echo(schema_text(), nl=False)
        ctx.exit()


@click.command("drill")
@on_site
@click.option("--yes", is_flag=True, help="Break things without asking.")
@click.option("--dry-run", is_flag=True, help="Say exactly what would be done, and do nothing.")
@click.option("--json", "as_document", is_flag=True, help="Print the report.")
@click.option(
    "--steady", default=STEADY, show_default=True, type=click.FloatRange(1, 3600), help="Seconds of service before."
)
@click.option("--prometheus", default="", metavar="URL", envvar="HAGEN_PROMETHEUS", help="Whom to ask for alerts.")
@click.option("--database", default="", metavar="HOST:PORT/SCHEMA", help="Where numbered writes go.")
@click.option("--database-user", default="hagen_drill", show_default=True, help="Password: HAGEN_DRILL_PASSWORD.")
@click.option("--locust", default=PROGRAM, show_default=True, metavar="PROGRAM", help="What makes users, for hpa.")
@click.option("--load", default="", metavar="OPTIONS", help="Further options for it (load-tests/README.md).")
@click.option(
    "--list", is_flag=True, is_eager=True, expose_value=False, callback=_listed, help="List the drills, and do nothing."
)
@click.option(
    "--schema",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_described,
    help="Print the JSON Schema of the report, and do nothing.",
)
@click.argument("names", nargs=-1, required=True, metavar="DRILL...", type=click.Choice([*_NAMES, "all"]))
def command(site: Site, names: tuple[str, ...], **given: object) -> None:
    """Break one thing on a running cluster, measure what clients saw, restore it, and write the proof.

    Refuses unless all is well. Whatever happens, everything is restored; what a killed drill left broken, the next one
    puts right first.

    Exit code: 0 everything held, 1 something did not, or nothing was begun, 2 wrong usage, 130 interrupted.
    """
    options = Options(**given)  # type: ignore[arg-type]
    checked(options.prometheus, options.database, options.load)
    wanted = DRILLS if "all" in names else tuple(_NAMES[name] for name in dict.fromkeys(names))
    if code := drilled(site, wanted, options):
        raise click.exceptions.Exit(code)


def drilled(site: Site, drills: Sequence[Drill], options: Options, records: Records | None = None) -> int:
    """One drill after the other, until one does not hold. Gives the exit code."""
    if not options.dry_run:
        can_load(site, drills, options)
    stop = threading.Event()
    with tempfile.TemporaryDirectory(prefix="hagen-drill-") as scratch, stoppable(stop, _say):
        agents = Agents(agents_of(site, Path(scratch)))
        try:
            for drill in drills:
                stage = stage_of(site, drill, agents, options, Path(scratch))
                stage.stop, stage.say = stop, _say
                stage.records = records or stage.records
                if options.dry_run:
                    _rehearse(drill, stage)
                elif (code := _one(drill, stage, options)) != 0:
                    return code
        except Interrupted:
            _say("Interrupted; everything is as it was.")
            return INTERRUPTED
        finally:
            agents.close()
    return 0


def _say(text: str) -> None:
    click.echo(text, err=True)


def _one(drill: Drill, stage: Stage, options: Options) -> int:
    writable(stage.folder.parent)
    if not options.yes:
        with asking():
            asked(f"{drill.title}, in cluster {stage.site.inventory.cluster}: break it now?")
    with working(stage.site, stage.stop):
        played = conduct(drill, stage)
    began = time.time() - (time.monotonic() - played.done[0].began)
    return concluded(judge(played, identity(stage.site, began)), stage.folder, options)


def concluded(report: Report, run: Path, options: Options) -> int:
    """Keep and show it; gives the exit code. Where it cannot be kept, it is printed, and BootstrapError says why."""
    try:
        page = kept(report, run)
    except OSError as error:
        click.echo(dump(report).decode(), nl=False)
        raise BootstrapError(
            str(run), f"the report cannot be written there: {error.strerror or error}", "It was printed instead."
        ) from error
    _show(report, page, options)
    return 0 if report.verdict is Verdict.PASSED else 1


def _show(report: Report, page: Path, options: Options) -> None:
    if options.as_document:
        click.echo(dump(report).decode(), nl=False)
    elif sys.stdout.isatty():
        as_table(report, page, sys.stdout)
    else:
        as_lines(report, page, sys.stdout)


def _rehearse(drill: Drill, stage: Stage) -> None:
    """What would be done, in its order, with the bounds that hold."""
    look = Look(time.monotonic(), stage.agents.ask())
    _, orders = chosen(drill, stage, look)
    click.echo(f"{drill.name}: {drill.title}")
    for order in orders:
        bounds = [bound for bound in (drill.promise.get(order.fault), look.bound(order.fault)) if bound is not None]
        allowed = f"; clients are served again within {min(bounds):g} s" if bounds else ""
        click.echo(f"  {told(order)} ({order.why}){allowed}")
