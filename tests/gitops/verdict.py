"""What a check says of each object that it looks at, and the table of all checks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from tests.gitops.objects import Item, Repository


@dataclass(frozen=True, order=True)
class Verdict:
    """One thing looked at; `problem` is empty where it is sound. `about` is what tells two problems of it apart."""

    subject: str
    about: str = ""
    problem: str = ""

    def __str__(self) -> str:
        return f"{self.subject}: {self.about}: {self.problem}" if self.about else f"{self.subject}: {self.problem}"


Check = Callable[[Repository], Iterator[Verdict]]
CHECKS: Final[dict[str, Check]] = {}


def check(function: Check) -> Check:
    """Enter a check into the table by its name: no_random_ports -> no-random-ports."""
    CHECKS[function.__name__.replace("_", "-")] = function
    return function


def judge(subject: Item | str, about: str, *, sound: bool, problem: str) -> Verdict:
    """A verdict on one thing."""
    return Verdict(str(subject), about, "" if sound else problem)
