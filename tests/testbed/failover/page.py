"""The table that docs/failover.md and the terminal show."""

import re
from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from tests.testbed.failover.figures import Line, Spread, rotation
from tests.testbed.failover.store import Store
from tests.testbed.faults import MATRIX

_NUMBER = re.compile(r"\d+\.\d[\w.+-]*")
_BEGIN, _END = "<!-- measured: written by make failover -->\n", "<!-- end of measured -->\n"
_HEAD = (
    "Fault",
    "Traffic",
    "Gap, notes",
    "Gap, hagen",
    "Ratio",
    "Failed, notes",
    "Failed, hagen",
    "Last failure, notes",
    "Last failure, hagen",
    "Kept connection, notes",
    "Kept connection, hagen",
    "Both hold the address, hagen",
)


def table(lines: Sequence[Line]) -> Table:
    """For the terminal."""
    view = Table(title="Failover as clients saw it: median / worst, milliseconds", box=None, header_style="bold")
    for title in _HEAD:
        view.add_column(title, justify="left" if title in {"Fault", "Traffic"} else "right")
    for line in lines:
        style = "yellow" if line.ratio is not None and line.ratio < 1 else ""
        view.add_row(*_cells(line), style=style)
    return view


def publish(path: Path, lines: Sequence[Line], store: Store) -> None:
    """Put the table and what it was measured with between the page's two marks; the rest of the page stays."""
    text = path.read_text()
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    path.write_text(before + _BEGIN + "\n" + _measured(lines, store) + "\n" + _END + after)


def _measured(lines: Sequence[Line], store: Store) -> str:
    machine = store.machine
    runs = max((spread.runs for line in lines for spread in line.gap.values()), default=0)
    versions = ", ".join(f"{name} {_NUMBER.findall(text)[0]}" for name, text in machine["versions"].items())
    rows = [_HEAD, tuple("---" for _ in _HEAD), *(_cells(line) for line in lines)]
    text = [
        f"Measured {machine['measured']} on {machine['cores']} cores, Linux {machine['kernel']}: {versions}.",
        f"Median / worst of up to {runs} runs, milliseconds.\n",
        *("| " + " | ".join(row) + " |" for row in rows),
        "",
        *_plainly(lines),
        *_rotation(store),
        *(_stressed(run) for run in store.stress),
        *(f"- not measured: {failure['side']}, {failure['fault']}" for failure in store.failures),
    ]
    return "\n".join(text).rstrip() + "\n"


def _plainly(lines: Sequence[Line]) -> list[str]:
    """Where we are not better, in words."""
    worse = [line for line in lines if line.ratio is not None and line.ratio <= 1]
    even = [
        f"- **Not better**: {line.title} ({line.traffic}), {_cells(line)[3]} ms against {_cells(line)[2]} ms."
        for line in worse
    ]
    lost = sum({line.fault: line.lost.get("hagen", 0) for line in lines}.values())
    return [*even, f"- Acknowledged writes that a node did not have after it was back (hagen): {lost}."]


def _rotation(store: Store) -> list[str]:
    """When a sick API server got no new connections any more."""
    found = rotation(store.results)
    return [
        f"- {fault.title}: out of haproxy's rotation after {_spread(sides, 'hagen')} ms (notes: {_spread(sides, 'notes')} ms)."
        for fault in MATRIX
        if (sides := {side: spread for (name, side), spread in found.items() if name == fault.name})
    ]


def _stressed(run: dict[str, float]) -> str:
    return (
        f"- {run['seconds']:.0f} s with every core busy ({run['idle']:.0%} idle, {run['stolen']:.0%} stolen by the hypervisor) and "
        f"{run['requests'] / run['seconds']:.0f} requests a second through the virtual IP ({run['failures']:.0f} failed), "
        f"no fault: the address moved {run['moves']:.0f} times."
    )


def _cells(line: Line) -> tuple[str, ...]:
    ratio = "" if line.ratio is None else f"{line.ratio:.1f}"
    return (
        line.title, line.traffic, _spread(line.gap, "notes"), _spread(line.gap, "hagen"), ratio,
        _spread(line.failures, "notes"), _spread(line.failures, "hagen"),
        _spread(line.last_failure, "notes"), _spread(line.last_failure, "hagen"), _spread(line.kept, "notes"),
        _spread(line.kept, "hagen"), _spread(line.both_held, "hagen"),
    )  # fmt: skip


def _spread(values: dict[str, Spread], side: str) -> str:
    return f"{values[side].median:.0f} / {values[side].worst:.0f}" if side in values else "-"
