"""`hagen drill`: break one thing, measure what clients saw, restore it, write the proof."""

import os
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from ..agents.reach import Agent, Agents
from ..drills import DRILLS
from ..drills.alarms import Prometheus
from ..drills.clients import Places
from ..drills.conduct import chosen, conduct
from ..drills.deeds import told
from ..drills.drill import Drill
from ..drills.identity import identity
from ..drills.judgement import judge
from ..drills.kept import folder_of, fresh, kept
from ..drills.look import Look
from ..drills.report import Report, Verdict, dump, schema_text
from ..drills.stage import STEADY, Records, Stage
from ..errors import BootstrapError, Interrupted
from ..machine import health_agent
from ..provider.contract import ProviderError
from ..reporting.drilled import as_lines, as_table
from ..site import Site
from ..stopping import asking, stoppable
from .drill_options import checked, database_of, writable
from .opening import INTERRUPTED, asked, on_site, working

_NAMES: Final = {drill.name: drill for drill in DRILLS}
_CA: Final = "/etc/kubernetes/pki/ca.crt"


@dataclass(frozen=True)
class Options:
    """What the user said. `database`: HOST:PORT/SCHEMA; `prometheus`: a URL; both may be empty."""

    yes: bool = False
    dry_run: bool = False
    as_document: bool = False
    steady: float = STEADY
    prometheus: str = ""
    database: str = ""
    database_user: str = ""


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
    checked(options.prometheus, options.database)
    wanted = DRILLS if "all" in names else tuple(_NAMES[name] for name in dict.fromkeys(names))
    if code := drilled(site, wanted, options):
        raise click.exceptions.Exit(code)


def drilled(site: Site, drills: Sequence[Drill], options: Options, records: Records | None = None) -> int:
    """One drill after the other, until one does not hold. Gives the exit code."""
    stop = threading.Event()
    with tempfile.TemporaryDirectory(prefix="hagen-drill-") as scratch, stoppable(stop, _say):
        agents = Agents(agents_of(site, Path(scratch)))
        try:
            for drill in drills:
                stage = _stage(site, drill, agents, options, Path(scratch))
                stage.stop, stage.say, stage.records = stop, _say, records
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


def _stage(site: Site, drill: Drill, agents: Agents, options: Options, scratch: Path) -> Stage:
    folder = folder_of(site.repository, site.inventory.cluster)
    return Stage(
        site=site,
        agents=agents,
        places=_places(site, options, scratch),
        folder=fresh(folder, drill.name),
        ledger=folder.parent,
        alarms=Prometheus(options.prometheus) if options.prometheus else None,
        steady=options.steady,
    )


def agents_of(site: Site, scratch: Path) -> tuple[Agent, ...]:
    """Where the agents of a cluster are asked; `scratch`: a folder for their CA, where they serve with TLS."""
    wanted = site.inventory.agent
    authority = _agents_authority(site, scratch) if wanted.authority else None
    scheme = "https" if wanted.authority else "http"
    user = os.environ.get("HAGEN_AGENT_USER", "")
    login = (user, os.environ.get("HAGEN_AGENT_PASSWORD", "")) if user else None
    return tuple(
        Agent(machine.name, f"{scheme}://{machine.address}:{wanted.port}/metrics", authority, login)
        for machine in site.machines("load-balancer")
    )


def _agents_authority(site: Site, scratch: Path) -> Path | None:
    """Of the first load balancer that has it. None when none does: then no agent is believed."""
    for machine in site.machines("load-balancer"):
        with suppress(ProviderError):
            file = scratch / "agents-ca.crt"
            file.write_bytes(site.provider.pull(machine.name, health_agent.AUTHORITY))
            return file
    return None


def _places(site: Site, options: Options, scratch: Path) -> Places:
    authority = scratch / "ca.crt"
    authority.write_bytes(_authority(site))
    inventory = site.inventory
    return Places(
        api=inventory.kubernetes.endpoint,
        web=f"http://{inventory.network.virtual_ip}/",
        host=inventory.web.host,
        authority=authority,
        database=database_of(options.database, options.database_user),
    )


def _authority(site: Site) -> bytes:
    """The cluster's CA, from a control plane that answers. ProviderError when the provider does not."""
    site.provider.machines()
    why = "there is none"
    for machine in site.machines("control-plane"):
        try:
            return site.provider.pull(machine.name, _CA)
        except ProviderError as error:
            why = f"{error.place}: {error.cause}"
    raise BootstrapError("cluster", f"no control plane has {_CA}: {why}", "Bring the cluster up first.")
