"""The timeline as a picture: SVG, whose coordinates are worked out here. Pure.

Colour never stands alone: stretches carry their text, or a title that a pointer and a screen reader find.
"""

from dataclasses import dataclass
from typing import Final

from ..report import Lane, Probe, Report, Tone
from .figures import moment, seconds

WIDTH: Final = 1200
LEFT: Final = 200
RIGHT: Final = 28
_TOP: Final = 46
_ROW: Final = 34
_BAR: Final = 20
_LETTER: Final = 6.6  # width of one, at the size of labels
_STEPS: Final = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600)
_TICKS: Final = 14  # at most
_LEAST: Final = 1.5  # width of what would be too thin to see


@dataclass(frozen=True)
class Box:
    """A rectangle of a row. `text`: empty where it would not fit."""

    x: float
    width: float
    tone: str
    text: str
    title: str


@dataclass(frozen=True)
class Mark:
    """A point in time."""

    x: float
    text: str
    title: str


@dataclass(frozen=True)
class Row:
    """One lane. `marks`: what happened in it. `label`: the title, as much of it as fits beside the picture."""

    y: float
    title: str
    label: str
    boxes: tuple[Box, ...]
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Picture:
    """Everything that the template draws."""

    width: int
    height: float
    left: float
    right: float
    bottom: float
    bar: int
    rows: tuple[Row, ...]
    acts: tuple[Mark, ...]
    ticks: tuple[Mark, ...]
    summary: str


def picture(report: Report) -> Picture:
    """Clients first, then who held, led and answered."""
    scale = Scale(*report.watched)
    rows = [
        *((probe.title, _client(probe, scale), ()) for probe in report.probes),
        *((lane.title, _lane(lane, scale), _marks(report, lane, scale)) for lane in report.lanes),
    ]
    placed = tuple(
        Row(_TOP + number * _ROW, title, _short(title), boxes, marks)
        for number, (title, boxes, marks) in enumerate(rows)
    )
    bottom = _TOP + len(placed) * _ROW
    acts = tuple(
        Mark(scale.x(act.at), f"{number}", f"{moment(act.at)} {act.command}")
        for number, act in enumerate(report.acts, start=1)
    )
    right = WIDTH - RIGHT
    return Picture(WIDTH, bottom + 30, LEFT, right, bottom, _BAR, placed, acts, tuple(ticks(scale)), _summary(report))


def _short(title: str) -> str:
    room = int((LEFT - 8) / _LETTER)
    return title if len(title) <= room else f"{title[: room - 1]}\N{HORIZONTAL ELLIPSIS}"


@dataclass(frozen=True)
class Scale:
    """Seconds to places."""

    since: float
    until: float

    def x(self, at: float) -> float:
        """Never outside of the picture."""
        span = max(self.until - self.since, 0.001)
        share = min(max((at - self.since) / span, 0.0), 1.0)
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 2)

    def box(self, since: float, until: float, tone: Tone, text: str) -> Box:
        """A stretch, with its text where there is room for it."""
        x = self.x(since)
        width = round(max(self.x(until) - x, _LEAST), 2)
        fits = len(text) * _LETTER + 8 <= width
        title = f"{text}, {moment(since)} to {moment(until)} ({seconds(until - since)})"
        return Box(x, width, str(tone), text if fits else "", title)


def _client(probe: Probe, scale: Scale) -> tuple[Box, ...]:
    """Served all the time, but for its gaps."""
    whole = scale.box(scale.since, scale.until, Tone.WELL, "")
    gaps = [scale.box(at, at + length, Tone.DOWN, f"{seconds(length)} without service") for at, length in probe.gaps]
    return (Box(whole.x, whole.width, whole.tone, "", f"{probe.title}: served"), *gaps)


def _lane(lane: Lane, scale: Scale) -> tuple[Box, ...]:
    return tuple(scale.box(span.since, span.until, span.tone, span.text) for span in lane.spans)


def _marks(report: Report, lane: Lane, scale: Scale) -> tuple[Mark, ...]:
    return tuple(
        Mark(scale.x(event.at), "", f"{moment(event.at)} {event.text} ({event.source})")
        for event in report.events
        if event.lane == lane.name
    )


def ticks(scale: Scale) -> list[Mark]:
    """Round moments, of which not too many are written below a picture."""
    span = scale.until - scale.since
    step = next((each for each in _STEPS if span / each <= _TICKS), _STEPS[-1])
    first = int(scale.since // step) + 1
    numbers = range(first, int(scale.until // step) + 1)
    return [Mark(scale.x(number * step), _label(number * step), "") for number in numbers]


def _label(at: float) -> str:
    return f"{at:g} s" if abs(at) < 60 else f"{at / 60:g} min"  # noqa: PLR2004


def _summary(report: Report) -> str:
    """What the picture shows, for who cannot see it."""
    acts = "; ".join(f"{moment(act.at)} {act.command}" for act in report.acts)
    clients = "; ".join(f"{probe.title}: longest gap {seconds(probe.longest)}" for probe in report.probes)
    return f"Timeline. {acts}. {clients}."
