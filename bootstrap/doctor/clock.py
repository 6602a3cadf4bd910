"""clock: the machines agree what time it is. Certificates are not valid before they were made; etcd wants a second."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from time import time
from typing import Final

from ..errors import BootstrapError
from ..inventory import Machine
from .check import Check, Finding, error, ok, unknown, warning
from .sight import Sight

_WARNING: Final = 1.0  # seconds; etcd complains of its peers from here on
_ERROR: Final = 60.0  # joins fail: the CA's certificate is not valid yet


@dataclass(frozen=True)
class Offset:
    """How far a clock is ahead of this host's, and how far off that may be; seconds. Half the way there and back."""

    seconds: float
    give: float


def look(sight: Sight) -> Iterator[Finding]:
    """Each clock against this host's, by Cristian's algorithm; then against each other: this host's is nobody's."""

    def ask(machine: Machine) -> Offset:
        before = time()
        text = sight.on(machine).run("date", "+%s.%N")
        after = time()
        return Offset(float(text) - (before + after) / 2, (after - before) / 2)

    found = sight.each(sight.running(), ask)
    for name, offset in found.items():
        if isinstance(offset, BootstrapError):
            yield unknown(name, offset.cause, offset.remedy)
    yield from judge({name: offset for name, offset in found.items() if isinstance(offset, Offset)})


def judge(offsets: Mapping[str, Offset]) -> Iterator[Finding]:
    """Each against the one in the middle; only what is certain counts. Pure."""
    if len(offsets) < 2:  # noqa: PLR2004 - one clock agrees with itself
        return
    ordered = sorted(offsets.values(), key=lambda each: each.seconds)
    middle = ordered[len(ordered) // 2]
    late = False
    for name, offset in offsets.items():
        apart = abs(offset.seconds - middle.seconds)
        certain = apart - offset.give - middle.give
        if certain < _WARNING:
            continue
        late = True
        way = "ahead of" if offset.seconds > middle.seconds else "behind"
        make = error if certain >= _ERROR else warning
        yield make(name, f"its clock is {apart:.1f} s {way} the others'", "`timedatectl` there says why it is not set.")
    if not late:
        yield ok("clocks", f"those of {len(offsets)} machines agree to a second")


CHECK = Check("clock", "Clocks", look)
