"""From single runs to medians and worst values. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from tests.testbed.faults.fault import Fault, Traffic

SIDES = ("notes", "hagen")
_MILLISECONDS = 1000.0
# What a fault's traffic is measured by; other probes of a run are kept by their own names.
_USUAL = {f"{traffic.value}{kind}" for traffic in Traffic for kind in ("", "-kept", "-watch")}


@dataclass(frozen=True)
class Spread:
    """Median and worst of `runs` values. `open`: how many of them are lower bounds (the watch ended before the end)."""

    median: float
    worst: float
    runs: int
    open: int = 0

    @classmethod
    def of(cls, values: Sequence[float], still_open: int = 0) -> "Spread | None":
        """The spread of at least one value."""
        return cls(median(values), max(values), len(values), still_open) if values else None


Sides = dict[str, Spread]


@dataclass(frozen=True)
class Line:
    """One fault and moment, for one kind of traffic, by side. Times in milliseconds, failures in requests.

    `kept`, `watch`: the longest silence of the pooled connection and of the endless stream. `others`: gaps of further
    probes, by name. `share`: of the requests begun until the last one failed, the part that failed (0 to 1).
    `rotation`: until haproxy gave the server up that had to leave. `resolution`: the longest distance of two attempts.
    `lost`: acknowledged writes that a node did not have, worst run.
    """

    fault: str
    title: str
    traffic: str
    moment: str = ""
    gap: Sides = field(default_factory=dict)
    failures: Sides = field(default_factory=dict)
    last_failure: Sides = field(default_factory=dict)
    kept: Sides = field(default_factory=dict)
    watch: Sides = field(default_factory=dict)
    others: dict[str, Sides] = field(default_factory=dict)
    share: Sides = field(default_factory=dict)
    rotation: Sides = field(default_factory=dict)
    resolution: Sides = field(default_factory=dict)
    both_held: Sides = field(default_factory=dict)
    moves: Sides = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        """How many times shorter our median gap is; None where one side has none."""
        if not {"hagen", "notes"} <= self.gap.keys() or self.gap["hagen"].median <= 0:
            return None
        return self.gap["notes"].median / self.gap["hagen"].median


@dataclass(frozen=True)
class _Window:
    """One moment of one run, and the run."""

    side: str
    seen: Mapping[str, Any]
    run: Mapping[str, Any]

    def probe(self, name: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.seen["probes"].get(name, {})
        return found


def summarise(results: Iterable[dict[str, Any]], matrix: Sequence[Fault]) -> list[Line]:
    """One line per fault, moment and traffic, in the order of the matrix."""
    runs = list(results)
    lines = []
    for fault in matrix:
        mine = [run for run in runs if run["fault"] == fault.name]
        for index in range(max((len(run["seen"]) for run in mine), default=0)):
            windows = [_Window(run["side"], run["seen"][index], run) for run in mine if len(run["seen"]) > index]
            lines += [_line(fault, traffic, index, windows) for traffic in fault.traffic]
    return lines


def _line(fault: Fault, traffic: Traffic, index: int, windows: Sequence[_Window]) -> Line:
    moment = str(windows[0].seen["moment"])
    name = traffic.value
    further = sorted({probe for window in windows for probe in window.seen["probes"]} - _USUAL)
    first = traffic is fault.traffic[0]
    return Line(
        fault=fault.name,
        title=fault.title if index == 0 else f"{fault.title}: {moment}",
        traffic=name,
        moment=moment,
        gap=_probed(windows, name, "gap", _MILLISECONDS),
        failures=_probed(windows, name, "failures"),
        last_failure=_probed(windows, name, "last_failure", _MILLISECONDS),
        kept=_probed(windows, f"{name}-kept", "gap", _MILLISECONDS),
        watch=_probed(windows, f"{name}-watch", "gap", _MILLISECONDS),
        others={probe: _probed(windows, probe, "gap", _MILLISECONDS) for probe in further} if first else {},
        share=_sides((window.side, _share(window, name, fault)) for window in windows),
        rotation=_rotation(windows) if index == 0 and fault.leaves else {},
        resolution=_probed(windows, name, "resolution", _MILLISECONDS),
        both_held=_sides((window.side, window.seen["both_held"] * _MILLISECONDS) for window in windows),
        moves=_sides((window.side, float(window.run["moves"])) for window in windows),
        lost=_lost(windows),
    )


def _probed(windows: Sequence[_Window], probe: str, value: str, factor: float = 1) -> Sides:
    """One value of one probe; runs that have none do not count."""
    found = ((window.side, window.probe(probe).get(value)) for window in windows)
    return _sides((side, None if number is None else number * factor) for side, number in found)


def _sides(values: Iterable[tuple[str, float | None]]) -> Sides:
    numbers: dict[str, list[float]] = {}
    for side, number in values:
        if number is not None:
            numbers.setdefault(side, []).append(number)
    return {side: found for side, mine in numbers.items() if (found := Spread.of(mine))}


def _share(window: _Window, probe: str, fault: Fault) -> float | None:
    """Failed requests among those begun until the harm was over; attempts come evenly, so time stands for them."""
    seen, figures = window.seen, window.probe(probe)
    if not figures.get("attempts") or not seen["watched"]:
        return None
    left = seen.get("out_of_rotation")
    over = max(seen["watched"] if fault.leaves and left is None else left or 0.0, figures.get("last_failure") or 0.0)
    begun = max(figures["attempts"] * min(over / seen["watched"], 1.0), figures["failures"])
    return float(figures["failures"] / begun) if begun else 0.0


def _rotation(windows: Sequence[_Window]) -> Sides:
    """A server that had not left when the watch ended stayed at least that long."""
    found: dict[str, list[tuple[float, bool]]] = {}
    for window in windows:
        left = window.seen.get("out_of_rotation")
        seconds = window.seen["watched"] if left is None else left
        found.setdefault(window.side, []).append((seconds * _MILLISECONDS, left is None))
    return {
        side: Spread(
            median([time for time, _ in mine]), max(time for time, _ in mine), len(mine), sum(o for _, o in mine)
        )
        for side, mine in found.items()
    }


def _lost(windows: Sequence[_Window]) -> dict[str, int]:
    lost: dict[str, int] = {}
    for window in windows:
        lost[window.side] = max(lost.get(window.side, 0), *window.run["missing_writes"].values(), 0)
    return lost
