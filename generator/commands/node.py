"""`hagen node`: machines of a hagen.yaml, added, removed, replaced and listed."""

import difflib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NoReturn

import click

from ..check import Report, check
from ..console import exit_code, show_problems, summary
from ..load import Document, load
from ..model import Cluster
from ..nodes import Edit, New, added, placed, planned, removed, write
from .options import config_option, strict_option

_NEXT: Final = "Next: `hagen render`, then in the repository `hagen bootstrap plan` and `hagen bootstrap up`."
_ROLES: Final = ("worker", "control-plane", "load-balancer")


def _writing(command: Callable[..., None]) -> Callable[..., None]:
    """The options of commands that write."""
    dry = click.option("--dry-run", is_flag=True, help="Show what would change, and write nothing.")
    return config_option(strict_option(dry(command)))


@click.group("node")
def command() -> None:
    """Add, remove, replace and list machines: edits hagen.yaml, and leaves its other lines as they are.

    The result is judged as `hagen check` does before it is written, whole or not at all. Exit code: 0 written,
    1 errors, 2 wrong usage, 3 only warnings with --strict; nothing is written unless it is 0.
    """


@command.command("add")
@click.argument("role", type=click.Choice(_ROLES))
@click.option("--name", default="", help="Its name.  [default: the next number of its role]")
@click.option("--address", default="", help="Its address.  [default: the next free one behind its role]")
@click.option("--host", default="", help="LXD cluster member.  [default: the emptiest, where all of its role have]")
@click.option("--priority", type=int, help="VRRP priority, of a load balancer.")
@click.option("-n", "--count", type=click.IntRange(1, 250), default=1, help="How many; etcd wants two more at once.")
@_writing
def add(config: Path, strict: bool, dry_run: bool, **asked: Any) -> None:  # noqa: ANN401
    """Add a machine of ROLE to hagen.yaml; name and address are chosen unless they are given."""
    new = New(**asked)
    if new.count > 1 and (new.name or new.address):
        raise click.UsageError("--name and --address are for one machine; with --count they are chosen")
    document, cluster = _shaped(config)
    entries = planned(cluster, new)
    _write(config, added(document, cluster, entries), strict=strict, dry_run=dry_run)
    for entry in entries:
        where = f" on {entry['host']}" if "host" in entry else ""
        click.echo(f"{entry['name']}: {entry['role']}, {entry['address']}{where}")
    click.echo(_NEXT)


@command.command("remove")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@_writing
def remove(config: Path, strict: bool, dry_run: bool, names: tuple[str, ...]) -> None:
    """Remove machines from hagen.yaml. `hagen bootstrap up` then drains and deletes them, after asking."""
    document, cluster = _shaped(config)
    _known(cluster, names)
    _write(config, removed(document, cluster, names), strict=strict, dry_run=dry_run)
    click.echo(f"{', '.join(dict.fromkeys(names))}: no machine of {config} any more.")
    click.echo(f"{_NEXT} It drains and deletes them, after asking.")


@command.command("replace")
@click.argument("name")
@click.option("--host", default="", help="LXD cluster member that the new machine is placed on.")
@_writing
def replace(config: Path, strict: bool, dry_run: bool, name: str, host: str) -> None:
    """Make a machine anew: on another host by hagen.yaml, where it is by `hagen bootstrap up --replace NAME`."""
    document, cluster = _shaped(config)
    _known(cluster, (name,))
    node = next(node for node in cluster.nodes if node.name == name)
    if not host or host == node.host:
        click.echo(f"{config} stays as it is: same name, address and host.")
        click.echo(f"Next, in the rendered repository: hagen bootstrap up --replace {name}")
        return
    _write(config, placed(document, cluster, name, host), strict=strict, dry_run=dry_run)
    click.echo(f"{name}: from {node.host or 'any host'} to {host}")
    click.echo(f"{_NEXT} It makes the machine anew, after asking.")


@command.command("list")
@config_option
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def list_(config: Path, as_json: bool) -> None:
    """List the machines of hagen.yaml."""
    _, cluster = _shaped(config)
    rows = [
        {"name": node.name, "role": node.role, "address": str(node.address), "host": node.host or ""}
        for node in cluster.nodes
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    widths = {key: max(len(row[key]) for row in rows) for key in rows[0]}
    for row in rows:
        click.echo("  ".join(value.ljust(widths[key]) for key, value in row.items()).rstrip())


def _shaped(config: Path) -> tuple[Document, Cluster]:
    """The file and its cluster. With values that are not valid, all is shown and the process ends with 1.

    What rules find between valid values is no hindrance: one machine more may be what mends it.
    """
    document = load(config)
    report = check(document)
    if report.shaped is None:
        _refuse(report, 1)
    return document, report.shaped


def _known(cluster: Cluster, names: tuple[str, ...]) -> None:
    """BadParameter that tells every name that no machine has."""
    there = [node.name for node in cluster.nodes]
    strange = [name for name in dict.fromkeys(names) if name not in there]
    if strange:
        close = {near for name in strange for near in difflib.get_close_matches(name, there, n=1)}
        hint = f"; did you mean {', '.join(sorted(close))}?" if close else f"; there are: {', '.join(there)}"
        raise click.BadParameter(f"no machine is called {', '.join(strange)}{hint}", param_hint="NAME")


def _write(config: Path, edit: Edit, *, strict: bool, dry_run: bool) -> None:
    """Show what changes and write it; when it would be no sound file, show why and end."""
    code = exit_code(edit.report, strict=strict)
    if code:
        _refuse(edit.report, code)
    show_problems(edit.report.problems, edit.report.file, edit.report.source, sys.stderr)
    for line in _changed(edit):
        click.echo(click.style(line, fg="green" if line.startswith("+") else "red"))
    if dry_run:
        click.echo("nothing was written: --dry-run")
        raise SystemExit(0)
    write(config, edit)


def _refuse(report: Report, code: int) -> NoReturn:
    show_problems(report.problems, report.file, report.source, sys.stderr)
    click.echo(f"{summary(report)}; nothing was written", err=True)
    raise SystemExit(code)


def _changed(edit: Edit) -> list[str]:
    lines = difflib.unified_diff(edit.before.splitlines(), edit.after.splitlines(), n=0, lineterm="")
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]
