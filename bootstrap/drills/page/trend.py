"""This run among earlier ones. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from ..report import Report
from .figures import headline


@dataclass(frozen=True)
class Trend:
    """Of the headline figure, seconds; over so many runs, with the same settings. None: there were none."""

    runs: int
    median: float | None
    worst: float | None
    apart: int  # runs with other settings, which say nothing about these


def trend(report: Report, earlier: Iterable[Report]) -> Trend:
    """Earlier runs of the same drill."""
    same = [each for each in earlier if each.drill == report.drill]
    mine = [each for each in same if each.identity.configuration == report.identity.configuration]
    values = figures(mine)
    return Trend(len(mine), median(values) if values else None, max(values, default=None), len(same) - len(mine))


def figures(reports: Sequence[Report]) -> list[float]:
    """The headline figure of each that has one."""
    found = [headline(report) for report in reports]
    return [each.measured for each in found if each is not None and each.measured is not None]


def sparkline(values: Sequence[float], bound: float | None, width: float = 160, height: float = 36) -> str:
    """Points of a polyline, the oldest on the left; the bound, where it is known, is the upper edge."""
    if not values:
        return ""
    top = max([*values, bound or 0.0]) or 1.0
    step = width / max(len(values) - 1, 1)
    return " ".join(
        f"{number * step:.1f},{height - value / top * (height - 4) - 2:.1f}" for number, value in enumerate(values)
    )
