"""disk: root disks of the machines that are still to be made fit into the storage pool."""

from collections.abc import Iterator

from .check import Check, Finding, ok, unknown, warning
from .hosts import Load, loads, total
from .sight import Sight
from .sizes import gib, size


def look(sight: Sight) -> Iterator[Finding]:
    """What is there has its disk already."""
    for load in loads(sight.offer().hosts, sight.missing()):
        yield judge(load)


def judge(load: Load) -> Finding:
    """Most pools hand out what is written, not what is promised: too little is a warning. Pure."""
    needed = total(size(machine.disk) for machine in load.machines)
    has, taken = total(host.disk_total for host in load.hosts), total(host.disk_used for host in load.hosts)
    if needed is None or has is None or taken is None:
        return unknown(load.place, "how much disk is needed or there cannot be told")
    text = f"{len(load.machines)} machines may grow to {gib(needed)}, {gib(has - taken)} of {gib(has)} are free"
    if needed > has - taken:
        return warning(load.place, text, "Enlarge the pool, or ask for less in machines.*.disk: a full pool stops all.")
    return ok(load.place, text)


CHECK = Check("disk", "Disk for the machines", look)
