"""Users and pods over time as curves: SVG, whose coordinates are worked out here. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ..report import Load
from .picture import LEFT, RIGHT, WIDTH, Mark, Scale, ticks

_TOP: Final = 30
_BOTTOM: Final = 250
_LINES: Final = 6  # of the grid, at most


@dataclass(frozen=True)
class Line:
    """A line of the grid, for a number of pods. `bound`: it is the minimum or the maximum."""

    y: float
    text: str
    bound: str


@dataclass(frozen=True)
class Label:
    """Some words at a place."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Curves:
    """Everything that the template draws. `users`: a filled outline; `current`, `desired`: lines, in parts."""

    width: int
    height: int
    left: float
    right: float
    top: float
    bottom: float
    users: str
    steps: tuple[Label, ...]
    current: tuple[str, ...]
    desired: tuple[str, ...]
    lines: tuple[Line, ...]
    ticks: tuple[Mark, ...]
    summary: str


def curves(load: Load, watched: tuple[float, float]) -> Curves:
    """Pods by the scale on the left; each step of users is as high as its share of the most, with its number on it."""
    scale = Scale(*watched)
    most = max([load.maximum, *(value for pods in load.pods for value in pods[1:3] if value is not None)])
    pods_at = _height(most * 1.1)
    users_at = _height(max((step.users for step in load.steps), default=1) * 1.25)
    outline = "".join(
        f"L{scale.x(step.since)},{users_at(step.users)}L{scale.x(step.until)},{users_at(step.users)}"
        for step in load.steps
    )
    ends = (load.steps[0].since, load.steps[-1].until) if load.steps else (0.0, 0.0)
    return Curves(
        WIDTH, _BOTTOM + 46, LEFT, WIDTH - RIGHT, _TOP, _BOTTOM,
        users=f"M{scale.x(ends[0])},{_BOTTOM}{outline}L{scale.x(ends[1])},{_BOTTOM}Z",
        steps=tuple(
            Label(scale.x((step.since + step.until) / 2), users_at(step.users) - 6, _users(step.users))
            for step in load.steps
        ),
        current=tuple(_parts([(at, current) for at, current, _, _ in load.pods], scale, pods_at)),
        desired=tuple(_parts([(at, desired) for at, _, desired, _ in load.pods], scale, pods_at)),
        lines=tuple(_grid(load, most, pods_at)),
        ticks=tuple(ticks(scale)),
        summary=_summary(load),
    )  # fmt: skip


def _users(number: int) -> str:
    return f"{number} user{'' if number == 1 else 's'}"


def _height(most: float) -> Callable[[float], float]:
    return lambda value: round(_BOTTOM - value / most * (_BOTTOM - _TOP), 1)


def _parts(
    values: Sequence[tuple[float, float | None]], scale: Scale, height: Callable[[float], float]
) -> Iterator[str]:
    """A value holds until the next one; where nobody knows, there is no line."""
    points: list[str] = []
    for place, (at, value) in enumerate(values):
        if value is None:
            if points:
                yield " ".join(points)
            points = []
            continue
        until = values[place + 1][0] if place + 1 < len(values) else at
        points += [f"{scale.x(at)},{height(value)}", f"{scale.x(until)},{height(value)}"]
    if points:
        yield " ".join(points)


def _grid(load: Load, most: float, height: Callable[[float], float]) -> Iterator[Line]:
    bounds = {load.maximum: "maximum", load.minimum: "minimum"}
    step = max(1, -(-int(most) // _LINES))
    for number in sorted({*range(0, int(most) + 1, step), *bounds}):
        if number in bounds or not any(abs(number - bound) < step for bound in bounds):
            yield Line(height(number), f"{number}", bounds.get(number, ""))


def _summary(load: Load) -> str:
    """What the picture shows, for who cannot see it."""
    known = [current for _, current, _, _ in load.pods if current is not None]
    pods = f"pods from {known[0]:g} to {max(known):g} and to {known[-1]:g}" if known else "pods are not known"
    return f"Users over time: {', '.join(str(step.users) for step in load.steps)}; {pods}."
