"""From single runs to medians and worst values. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from tests.testbed.faults.fault import Fault, Traffic


@dataclass(frozen=True)
class Spread:
    """Median and worst of some runs; None where nothing was measured."""

    median: float
    worst: float
    runs: int

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread | None":
        """The spread of at least one value."""
        return cls(median(values), max(values), len(values)) if values else None


@dataclass(frozen=True)
class Line:
    """One fault and moment, for one kind of traffic, both sides. Gaps in milliseconds, failures in requests."""

    fault: str
    title: str
    traffic: str
    gap: dict[str, Spread]
    failures: dict[str, Spread]
    last_failure: dict[str, Spread]
    kept: dict[str, Spread]
    both_held: dict[str, Spread]
    lost: dict[str, int]

    @property
    def ratio(self) -> float | None:
        """How many times shorter our median gap is; None where one side has none."""
        if not {"hagen", "notes"} <= self.gap.keys() or self.gap["hagen"].median <= 0:
            return None
        return self.gap["notes"].median / self.gap["hagen"].median


def summarise(results: Iterable[dict[str, Any]], matrix: Sequence[Fault]) -> list[Line]:
    """One line per fault, moment and traffic, in the order of the matrix."""
    runs = list(results)
    lines = []
    for fault in matrix:
        mine = [run for run in runs if run["fault"] == fault.name]
        for index in range(max((len(run["seen"]) for run in mine), default=0)):
            lines += [_line(fault, traffic, index, mine) for traffic in fault.traffic]
    return lines


def rotation(results: Iterable[dict[str, Any]]) -> dict[tuple[str, str], Spread]:
    """By fault and side: milliseconds until haproxy gave up the server that had to leave its rotation."""
    values: dict[tuple[str, str], list[float]] = {}
    for run in results:
        for seen in run["seen"]:
            if (left := seen.get("out_of_rotation")) is not None:
                values.setdefault((run["fault"], run["side"]), []).append(left * 1000)
    return {key: found for key, numbers in values.items() if (found := Spread.of(numbers))}


def _line(fault: Fault, traffic: Traffic, index: int, runs: Sequence[dict[str, Any]]) -> Line:
    seen = [(run["side"], run["seen"][index], run) for run in runs if len(run["seen"]) > index]
    title = fault.title if index == 0 else f"{fault.title}: {seen[0][1]['moment']}"

    def spread(probe: str, value: str, factor: float = 1) -> dict[str, Spread]:
        values: dict[str, list[float]] = {}
        for side, moment, _ in seen:
            number = moment["probes"].get(probe, {}).get(value)
            if number is not None:
                values.setdefault(side, []).append(number * factor)
        return {side: found for side, numbers in values.items() if (found := Spread.of(numbers))}

    held: dict[str, list[float]] = {}
    lost: dict[str, int] = {}
    for side, moment, run in seen:
        held.setdefault(side, []).append(moment["both_held"] * 1000)
        lost[side] = max(lost.get(side, 0), *run["missing_writes"].values(), 0)
    return Line(
        fault=fault.name,
        title=title,
        traffic=traffic.value,
        gap=spread(traffic.value, "gap", 1000),
        failures=spread(traffic.value, "failures"),
        last_failure=spread(traffic.value, "last_failure", 1000),
        kept=spread(f"{traffic.value}-kept", "gap", 1000),
        both_held={side: found for side, numbers in held.items() if (found := Spread.of(numbers))},
        lost=lost,
    )
