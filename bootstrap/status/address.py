"""The virtual IP: who has it."""

from collections.abc import Iterator
from typing import Final

from .line import Line, Seen, State, listed

_DOCTOR: Final = "hagen bootstrap doctor says more."
_WRONG: Final = {
    "vip_split_brain": "two load balancers have it at once",
    "vip_orphan": "a kernel has it, and no keepalived stands behind it",
    "keepalived": "a keepalived is down, in fault, or has lowered its priority",
}


def lines(seen: Seen) -> Iterator[Line]:
    """The holder, then what the agents find wrong with it."""
    address = seen.inventory.network.virtual_ip
    holders = [name for name, sample in seen.samples.items() if sample.yes("hagen_vip_assigned")]
    if len(holders) == 1:
        yield Line(seen.verdict("vip_holder"), f"{holders[0]} has {address}", _unsure(seen))
    elif holders:
        yield Line(State.CRITICAL, f"{listed(holders)} have {address}", _DOCTOR)
    elif len(seen.samples) == len(seen.answers):
        yield Line(State.CRITICAL, f"nobody has {address}", _DOCTOR)
    else:
        yield Line(State.UNKNOWN, f"who has {address} is not known", "See the agents above.")
    for name, text in _WRONG.items():
        state = seen.verdict(name)
        if state not in {State.OK, State.UNKNOWN}:
            yield Line(state, text, _DOCTOR)


def _unsure(seen: Seen) -> str:
    return "" if seen.verdict("vip_holder") is State.OK else "Not every witness could be asked: see the agents above."
