"""What every line of the status is made of. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final

from ..agents.reach import Answer
from ..agents.sample import Sample
from ..inventory import Inventory
from ..provider.contract import Machine


class State(IntEnum):
    """The larger, the worse; words, order and numbers are those of `hagen agent check` (docs/agent.md)."""

    OK = 0
    DEGRADED = 3
    UNKNOWN = 4
    CRITICAL = 5

    @property
    def word(self) -> str:
        """As people read it."""
        return self.name.lower()


WORDS: Final[Mapping[str, State]] = {state.word: state for state in State}


@dataclass(frozen=True)
class Line:
    """One thing: how it is, and what to do about it (empty where nothing is to be done)."""

    state: State
    text: str
    remedy: str = ""


@dataclass(frozen=True)
class Seen:
    """Everything that was asked. None: nobody could say; `why` then tells, by the field's name.

    `applications`: Argo CD's, as the API has them. `certificates`: machine to file to the end of its life, as seconds
    since 1970, as is `now`.
    """

    inventory: Inventory
    answers: Mapping[str, Answer]
    now: float
    machines: Mapping[str, Machine] | None = None
    applications: tuple[Mapping[str, Any], ...] | None = None
    certificates: Mapping[str, Mapping[str, float]] | None = None
    why: Mapping[str, str] = field(default_factory=dict)

    @property
    def samples(self) -> dict[str, Sample]:
        """Of the agents that answered."""
        return {name: answer.sample for name, answer in self.answers.items() if answer.sample is not None}

    def verdict(self, name: str) -> State:
        """The worst that an agent knows; UNKNOWN when none does."""
        said = [WORDS.get(sample.verdicts().get(name, ""), State.UNKNOWN) for sample in self.samples.values()]
        return max((state for state in said if state is not State.UNKNOWN), default=State.UNKNOWN)

    def lowest(self, metric: str, **labels: str) -> int | None:
        """The smallest value that an agent gives."""
        known = [value for sample in self.samples.values() if (value := sample.one(metric, **labels)) is not None]
        return int(min(known)) if known else None


def worst(states: Iterable[State]) -> State:
    """UNKNOWN for none at all."""
    return max(states, default=State.UNKNOWN)


def listed(names: Iterable[str]) -> str:
    """In a sentence."""
    ordered = sorted(names)
    return " and ".join(filter(None, (", ".join(ordered[:-1]), *ordered[-1:])))
