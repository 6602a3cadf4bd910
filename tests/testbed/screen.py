"""The testbed as a person sees it: who holds the virtual IP, and one row per host."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from tests.testbed.daemons import etcd
from tests.testbed.lab import CHECKS, Lab

_PAUSE = 0.5  # seconds between two looks at one host
_OLD = 2.0  # seconds: a look that is older says so


@dataclass(frozen=True)
class Row:
    """One host. `daemons`: name and what is wrong with it (empty: nothing). `at`: monotonic seconds of the look."""

    name: str
    role: str
    address: str
    powered: bool
    daemons: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    at: float = 0.0


def look(lab: Lab, name: str) -> Row:
    """Look at one host; takes seconds when it does not answer."""
    host, began = lab.context.hosts[name], time.monotonic()
    judged = CHECKS[host.role].items() if host.powered else ()
    daemons = tuple((daemon, judge(host, lab.context)) for daemon, judge in judged)
    leads = host.role == "control-plane" and host.powered and etcd.leads(host)
    return Row(name, host.role, host.address, host.powered, daemons, ("etcd leader",) if leads else (), began)


class Watch:
    """The last look at each host. Each is looked at in a thread of its own: one that hangs holds up nobody."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._over = threading.Event()
        self._rows = {
            host.name: Row(
                host.name, host.role, host.address, host.powered, (), ("not looked at yet",), time.monotonic()
            )
            for host in lab.context.hosts.values()
        }
        self._threads = [threading.Thread(target=self._follow, args=(name,), daemon=True) for name in self._rows]

    def rows(self) -> list[Row]:
        """In the order of the lab's hosts; power is known at once."""
        now = {name: self._lab.context.hosts[name].powered for name in self._rows}
        return [
            row if row.powered == now[name] else Row(name, row.role, row.address, now[name], (), (), row.at)
            for name, row in self._rows.items()
        ]

    @contextmanager
    def going(self) -> Iterator[None]:
        """Look for as long as this lasts."""
        for thread in self._threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in self._threads:
                thread.join(0.1)

    def _follow(self, name: str) -> None:
        while not self._over.is_set():
            try:
                self._rows[name] = look(self._lab, name)
            except Exception as failure:  # noqa: BLE001 - whatever it is, the next look may succeed, and the row says it
                old = self._rows[name]
                problem = ((f"cannot be looked at: {failure}", "yes"),)
                self._rows[name] = Row(name, old.role, old.address, old.powered, problem, (), time.monotonic())
            self._over.wait(_PAUSE)


def table(found: Sequence[Row], holders: Sequence[str], virtual_ip: str, now: float = 0.0) -> RenderableType:
    """The holder first; then the rows: green is well, red is not, dim is off. `now`: monotonic seconds."""
    verdict = Text(f"virtual IP {virtual_ip}: ", style="bold")
    verdict.append(", ".join(holders) or "nobody", style="green" if len(holders) == 1 else "bold red")
    view = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("HOST", "ROLE", "ADDRESS", "DAEMONS", ""):
        view.add_column(title)
    for row in found:
        style = "" if row.powered else "dim"
        state = Text.assemble(*_states(row)) if row.powered else Text("off", style="red")
        holds = [f"holds {virtual_ip}"] if row.name in holders else []
        old = [f"looked at {now - row.at:.0f} s ago"] if row.powered and now - row.at > _OLD else []
        notes = Text(", ".join([*holds, *row.notes, *old]), style="bold cyan")
        view.add_row(Text(row.name, style=style), row.role, row.address, state, notes)
    return Group(verdict, Text(""), view)


def _states(row: Row) -> list[tuple[str, str]]:
    parts = []
    for name, problem in row.daemons:
        text = f"{name} ({problem[:60]})" if problem else name
        parts += [(text, "red" if problem else "green"), ("  ", "")]
    return parts
