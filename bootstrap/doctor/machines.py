"""machines: all are there and switched on."""

from collections.abc import Iterator

from ..provider.contract import Power
from ..site import BUILDER
from .check import Check, Finding, error, ok, warning
from .sight import Sight


def look(sight: Sight) -> Iterator[Finding]:
    """Before the first one is made there is nothing to look at."""
    there = sight.machines()
    if not there:
        return
    wanted = {machine.name for machine in sight.inventory.machines}
    for machine in sight.inventory.machines:
        if machine.name not in there:
            yield error(machine.name, "it is not there", "`hagen bootstrap up` makes it.")
        elif there[machine.name].power is not Power.RUNNING:
            yield error(
                machine.name, f"it is {_power(there[machine.name].power)}", "`hagen bootstrap up` switches it on."
            )
        elif str(machine.address) not in there[machine.name].addresses:
            has = ", ".join(there[machine.name].addresses) or "none"
            yield warning(
                machine.name, f"its address is {has}, not {machine.address}", "Restart it: the address comes by DHCP."
            )
    yield from (_stranger(name, there[name].role) for name in there.keys() - wanted)
    running = sum(machine.power is Power.RUNNING for name, machine in there.items() if name in wanted)
    if running == len(wanted):
        yield ok("machines", f"all {running} are switched on")


def _stranger(name: str, role: str) -> Finding:
    if role == BUILDER:
        return warning(
            name, "a build of an image left it", "`hagen image build` removes it; `hagen bootstrap up`, too."
        )
    return warning(name, "hagen.yaml does not have it any more", "`hagen bootstrap up` removes it.")


def _power(power: Power) -> str:
    return "switched off" if power is Power.STOPPED else "neither on nor off"


CHECK = Check("machines", "Machines", look)
