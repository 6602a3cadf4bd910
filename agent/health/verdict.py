"""What a verdict is, and how several facts become one.

Facts have three values: true, false, and None for unknown (Kleene's strong logic of three values). `every` and `some`
are its "and" and "or": they are known as soon as the known facts decide, and unknown otherwise.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """From best to worst. Unknown stands above degraded: it may hide anything."""

    OK = "ok"
    DEGRADED = "degraded"  # it works, and something is wrong
    UNKNOWN = "unknown"
    CRITICAL = "critical"  # it does not work, or soon destroys something


_RANK = {state: rank for rank, state in enumerate(State)}


@dataclass(frozen=True)
class Verdict:
    """One judgement, with its reason in one sentence for a person."""

    name: str
    state: State
    reason: str


def worst(states: Iterable[State]) -> State:
    """The worst of them; of none, nothing is known."""
    return max(states, key=_RANK.__getitem__, default=State.UNKNOWN)


def every(facts: Iterable[bool | None]) -> bool | None:
    """False as soon as one is, unknown while one is."""
    known = set(facts)
    return False if False in known else None if None in known else True


def some(facts: Iterable[bool | None]) -> bool | None:
    """True as soon as one is, unknown while one is."""
    known = set(facts)
    return True if True in known else None if None in known else False


def listed(names: Iterable[str]) -> str:
    """Names in a sentence, in an order of their own."""
    ordered = sorted(names)
    return " and ".join(filter(None, (", ".join(ordered[:-1]), *ordered[-1:])))
