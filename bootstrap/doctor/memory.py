"""memory: what is still to be made and switched on fits into the hosts' memory."""

from collections.abc import Iterator

from ..provider.contract import Power
from .check import Check, Finding, error, ok, unknown, warning
from .hosts import Load, loads, total
from .sight import Sight
from .sizes import gib, size


def look(sight: Sight) -> Iterator[Finding]:
    """Machines that run already have theirs."""
    there = sight.machines()
    waiting = [
        machine
        for machine in sight.inventory.machines
        if machine.name not in there or there[machine.name].power is not Power.RUNNING
    ]
    for load in loads(sight.offer().hosts, waiting):
        yield judge(load)


def judge(load: Load) -> Finding:
    """Against what is there at all, and against what is free now. Pure."""
    needed = total(size(machine.memory) for machine in load.machines)
    has, taken = total(host.memory_total for host in load.hosts), total(host.memory_used for host in load.hosts)
    if needed is None or has is None or taken is None:
        return unknown(load.place, "how much memory is needed or there cannot be told")
    free = has - taken
    text = f"{len(load.machines)} machines need {gib(needed)}, {gib(free)} of {gib(has)} are free"
    if needed > has:
        return error(load.place, text, "Ask for less in machines.*.memory, or for fewer nodes, or add a host.")
    if needed > free:
        return warning(load.place, text, "Stop what else runs there: machines that swap lose leases and quorum.")
    return ok(load.place, text)


CHECK = Check("memory", "Memory for the machines", look)
