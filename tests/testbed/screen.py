"""The testbed as a person sees it: one row per host, and who holds the virtual IP."""

from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from tests.testbed.daemons import etcd, keepalived
from tests.testbed.lab import CHECKS, Lab


@dataclass(frozen=True)
class Row:
    """One host. `daemons`: name and what is wrong with it (empty: nothing)."""

    name: str
    role: str
    address: str
    powered: bool
    daemons: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def rows(lab: Lab) -> list[Row]:
    """Look at every host."""
    return [_row(lab, name) for name in lab.context.hosts]


def _row(lab: Lab, name: str) -> Row:
    host = lab.context.hosts[name]
    judged = CHECKS[host.role].items() if host.powered else ()
    daemons = tuple((daemon, judge(host, lab.context)) for daemon, judge in judged)
    notes = []
    if host.role == "load-balancer" and keepalived.holds(host, lab.cluster.virtual_ip):
        notes.append(f"holds {lab.cluster.virtual_ip}")
    if host.role == "control-plane" and host.powered and etcd.leads(host):
        notes.append("etcd leader")
    return Row(name, host.role, host.address, host.powered, daemons, tuple(notes))


def table(found: list[Row], virtual_ip: str) -> RenderableType:
    """The rows as a table: green is well, red is not, dim is off."""
    view = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("HOST", "ROLE", "ADDRESS", "DAEMONS", ""):
        view.add_column(title)
    for row in found:
        style = "" if row.powered else "dim"
        state = Text.assemble(*_states(row)) if row.powered else Text("off", style="red")
        view.add_row(
            Text(row.name, style=style), row.role, row.address, state, Text(", ".join(row.notes), style="bold cyan")
        )
    holders = [row.name for row in found if f"holds {virtual_ip}" in row.notes]
    verdict = Text(f"virtual IP {virtual_ip}: ", style="bold")
    verdict.append(", ".join(holders) or "nobody", style="green" if len(holders) == 1 else "bold red")
    return Group(view, Text(""), verdict)


def _states(row: Row) -> list[tuple[str, str]]:
    parts = []
    for name, problem in row.daemons:
        text = f"{name} ({problem[:60]})" if problem else name
        parts += [(text, "red" if problem else "green"), ("  ", "")]
    return parts
