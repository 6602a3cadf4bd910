"""One metric as data: what it is called, what it means, and how it is read."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum

from .sources import View

PREFIX = "hagen_"


class Kind(StrEnum):
    """Types of the exposition formats. STATES: gauges, one for each state, of which exactly one is 1."""

    GAUGE = "gauge"
    COUNTER = "counter"
    HISTOGRAM = "histogram"
    INFO = "info"
    STATES = "state set"


@dataclass(frozen=True)
class Distribution:
    """A histogram's value: cumulative counts by upper bound (the last is infinity), and the sum."""

    buckets: Mapping[float, int]
    total: float


Value = float | Distribution
Sample = tuple[
    tuple[str, ...], Value | None
]  # the labels' values in the metric's order; None: unknown, so not exported


@dataclass(frozen=True)
class Metric:
    """`name` without prefix, with its unit and suffix. `source`: who would know if it were wrong."""

    name: str
    kind: Kind
    meaning: str
    source: str
    labels: tuple[str, ...]
    read: Callable[[View], Iterable[Sample]]

    @property
    def full_name(self) -> str:
        """As it is exported."""
        return PREFIX + self.name

    @property
    def help(self) -> str:
        """As it is exported and documented."""
        return f"{self.meaning} Source: {self.source}."

    def samples(self, view: View) -> Iterator[tuple[tuple[str, ...], Value]]:
        """What is known now."""
        return ((labels, value) for labels, value in self.read(view) if value is not None)


def single(read: Callable[[View], float | None]) -> Callable[[View], Iterable[Sample]]:
    """The reader of a metric without labels."""
    return lambda view: [((), read(view))]


def states(known: type[Enum] | Iterable[str], state: str | None, *labels: str) -> Iterator[Sample]:
    """One sample for each state; none at all when the state is unknown."""
    if state is None:
        return
    names = [str(entry.value) for entry in known] if isinstance(known, type) else known
    for name in names:
        yield (*labels, name), name == state
