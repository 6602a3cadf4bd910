"""What docs/failover.md says of a run, and the terminal's table."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from rich.table import Table

from tests.testbed.failover import tables, verdict
from tests.testbed.failover.figures import SIDES, Line
from tests.testbed.failover.store import Store

_NUMBER = re.compile(r"\d+\.\d[\w.+-]*")
_BEGIN, _END = "<!-- measured: written by make failover -->\n", "<!-- end of measured -->\n"

_LEGEND = (
    " (a run without a failed request has no last failure). `≥`: in some runs the end was not seen."
    " `*`: shorter than the longest distance of two attempts."
)


def table(lines: Sequence[Line]) -> Table:
    """For the terminal. Yellow: we are worse in something."""
    view = Table(title="Failover as clients saw it: median / worst, milliseconds", box=None, header_style="bold")
    for title in tables.CONNECTIONS:
        view.add_column(title, justify="left" if title in {"Fault", "Traffic"} else "right")
    runs = tables.usual(lines)
    for line in lines:
        style = "yellow" if verdict.worse(line) else ""
        view.add_row(*(cell.replace("\\*", "*") for cell in tables.connection_cells(line, runs)), style=style)
    return view


def publish(path: Path, lines: Sequence[Line], store: Store) -> None:
    """Put the tables and what they were measured with between the page's two marks; the rest of the page stays."""
    text = path.read_text()
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    path.write_text(before + _BEGIN + "\n" + _measured(lines, store) + "\n" + _END + after)


def measured_with(machine: Mapping[str, Any]) -> str:
    """A sentence: when, on what, with which daemons."""
    versions = ", ".join(f"{name} {_NUMBER.findall(text)[0]}" for name, text in machine["versions"].items())
    return f"Measured {machine['measured']} on {machine['cores']} cores, Linux {machine['kernel']}: {versions}."


def _measured(lines: Sequence[Line], store: Store) -> str:
    runs = tables.usual(lines)
    text = [
        measured_with(store.machine),
        f"Median / worst of {runs} runs, milliseconds. `n`: of how many runs, where it is not {runs}{_LEGEND}\n",
        "### Targets\n",
        *tables.targeted(lines, store.stress, runs),
        "### New connections, and writes to the database\n",
        *tables.connections(lines, runs),
        "### Kept connections\n",
        *tables.kept(lines, runs),
        "### One API server of several is no good\n",
        *tables.sick(lines, runs),
        "### Who has the address\n",
        *tables.held(lines, runs),
        *tables.further(lines, runs),
        "### Where we are not better\n",
        *tables.plainly(lines, runs),
        "### Lost writes, and a busy machine\n",
        _lost(lines),
        *_stressed(store.stress),
        *(f"- not measured: {failure['side']}, {failure['fault']}" for failure in store.failures),
    ]
    return "\n".join(text).rstrip() + "\n"


def _lost(lines: Sequence[Line]) -> str:
    def total(side: str) -> str:
        worst = {line.fault: line.lost[side] for line in lines if side in line.lost}
        return f"{side} {sum(worst.values()) if worst else 'not measured'}"

    told = ", ".join(total(side) for side in SIDES)
    return f"- Acknowledged writes that a node did not have after it was back, each fault's worst run: {told}."


def _stressed(runs: Sequence[Mapping[str, Any]]) -> list[str]:
    """All runs in one line: how many, how long, what they carried, how often the address moved."""
    if not runs:
        return []
    rates = [run["requests"] / run["seconds"] for run in runs]
    spread = f" ({min(rates):.0f} to {max(rates):.0f})" if len(runs) > 1 else ""
    number = "run" if len(runs) == 1 else "runs"
    text = (
        f"- {len(runs)} {number} of {min(run['seconds'] for run in runs):.0f} s with every core busy (at most"
        f" {max(run['idle'] for run in runs):.0%} idle, {max(run['stolen'] for run in runs):.0%} stolen by the hypervisor)"
        f" and {median(rates):.0f}{spread} requests a second through the virtual IP from"
        f" {runs[-1].get('load', 'the prober itself')}"
        f" ({sum(run['failures'] for run in runs):.0f} failed), no fault: the address moved"
        f" {', '.join(format(run['moves'], '.0f') for run in runs)} times."
    )
    probed = [run for run in runs if run.get("probe_attempts")]
    if not probed:
        return [text]
    failed, tried = (sum(run[f"probe_{key}"] for run in probed) for key in ("failures", "attempts"))
    gap = max(run["probe_gap"] for run in probed) * 1000
    return [
        text,
        f"- A client beside that load: {failed:.0f} of {tried:.0f} new connections failed, longest gap {gap:.0f} ms.",
    ]
