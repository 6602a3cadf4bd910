"""Machines: those of hagen.yaml run."""

from collections.abc import Iterator

from ..provider.contract import Power
from .line import Line, Seen, State, listed


def lines(seen: Seen) -> Iterator[Line]:
    """One for each that does not run, else one for all."""
    names = [machine.name for machine in seen.inventory.machines]
    if seen.machines is None:
        yield Line(
            State.UNKNOWN,
            f"not known: {seen.why.get('machines', 'the provider was not asked')}",
            "hagen bootstrap doctor",
        )
        return
    there = seen.machines
    for name in names:
        if name not in there:
            yield Line(State.CRITICAL, f"{name} is not there", "hagen bootstrap up makes it.")
        elif there[name].power is not Power.RUNNING:
            yield Line(
                State.CRITICAL, f"{name} is {there[name].power}", f"Start it: hagen bootstrap up, or lxc start {name}."
            )
    if extra := sorted(set(there) - set(names)):
        yield Line(State.DEGRADED, f"{listed(extra)}: not in hagen.yaml", "hagen bootstrap up drains and removes it.")
    if all(name in there and there[name].power is Power.RUNNING for name in names):
        yield Line(State.OK, f"all {len(names)} run")
