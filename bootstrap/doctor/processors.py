"""processors: hosts are not promised away many times over."""

from collections.abc import Iterator
from typing import Final

from .check import Check, Finding, ok, unknown, warning
from .hosts import Load, loads, total
from .sight import Sight

_SHARED: Final = 4  # virtual CPUs on each of a host: beyond, etcd's heartbeats come late under load


def look(sight: Sight) -> Iterator[Finding]:
    """All machines count: those that run, too."""
    for load in loads(sight.offer().hosts, sight.inventory.machines):
        yield judge(load)


def judge(load: Load) -> Finding:
    """One machine with more than its host has, or too many on each. Pure."""
    has = total(host.cpus for host in load.hosts)
    if not has:
        return unknown(load.place, "it does not say how many CPUs it has")
    needed = sum(machine.cpu for machine in load.machines)
    largest = max(load.machines, key=lambda machine: machine.cpu)
    most = max(host.cpus or 0 for host in load.hosts)
    remedy = "Ask for less in machines.*.cpu, or add a host."
    if largest.cpu > most:
        return warning(load.place, f"{largest.name} wants {largest.cpu} CPUs, and a host has {most}", remedy)
    text = f"{needed} virtual CPUs on {has}"
    return warning(load.place, text, remedy) if needed > _SHARED * has else ok(load.place, text)


CHECK = Check("processors", "CPUs for the machines", look)
