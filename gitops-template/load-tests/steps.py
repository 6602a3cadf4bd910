"""The steps of the load: how many users, for how long. No I/O, and nothing of Locust."""

from dataclasses import dataclass
from itertools import accumulate
from math import ceil
from typing import Final

PACES: Final[dict[str, tuple[float, ...]]] = {
    # Growing takes an autoscaler one to three minutes, shrinking five minutes of calm and then one pod after the other.
    "reference": (120.0, 300.0, 360.0, 600.0),
    # A rehearsal: every step is there, but no autoscaler follows so fast.
    "quick": (30.0, 60.0, 60.0, 60.0),
}
"""Pace -> seconds of each step: minimum, middle, maximum, minimum again."""

IDLE_USERS: Final = 1
_SLACK: Final = 1.15  # above the maximum's own load: within its tolerance of 10 % an autoscaler would stop one short
_MIDDLE: Final = 3  # the middle is a third of the way up: 5 of 3 to 9


@dataclass(frozen=True)
class Step:
    """A number of users, the pods that they are meant to lead to, and when the step ends (seconds from the start)."""

    name: str
    users: int
    pods: int
    end: float


def steps(minimum: int, maximum: int, users_per_pod: float, seconds: tuple[float, ...]) -> tuple[Step, ...]:
    """The reference experiment between two bounds of an autoscaler.

    ValueError, with what is wrong, when the bounds or the times cannot be meant.
    """
    problems = []
    if not 1 <= minimum <= maximum:
        problems.append(f"pods from {minimum} to {maximum}: at least 1, and the maximum not below the minimum")
    if not users_per_pod > 0:
        problems.append(f"{users_per_pod:g} users per pod: more than 0")
    if len(seconds) != len(PACES["reference"]) or not all(value > 0 for value in seconds):
        problems.append("seconds of the steps: four numbers above 0 (minimum, middle, maximum, minimum again)")
    if problems:
        raise ValueError("; ".join(problems))
    middle = minimum + (maximum - minimum) // _MIDDLE
    # One user more than the middle of its pod: as many users as exactly five pods carry may end with four or with five.
    plan = (
        ("minimum", IDLE_USERS, minimum),
        ("middle", max(IDLE_USERS, ceil((middle - 0.5) * users_per_pod)), middle),
        ("maximum", max(IDLE_USERS, ceil(maximum * users_per_pod * _SLACK)), maximum),
        ("back", IDLE_USERS, minimum),
    )
    ends = accumulate(seconds)
    return tuple(Step(name, users, pods, end) for (name, users, pods), end in zip(plan, ends, strict=True))


def at(plan: tuple[Step, ...], seconds: float) -> Step | None:
    """The step that is under way so many seconds after the start; None when the last one is over."""
    return next((step for step in plan if seconds < step.end), None)


def parse_seconds(text: str) -> tuple[float, ...]:
    """Seconds of the steps from "120,300,360,600". ValueError when a part is no number."""
    return tuple(float(part) for part in text.split(","))
