"""units: the daemons of each role run."""

from collections.abc import Iterator, Mapping
from typing import Final

from ..errors import BootstrapError
from ..inventory import Machine
from ..machine import balancer, health_agent, kubeadm
from ..machine.remote import Remote
from .check import Check, Finding, error, ok, unknown
from .sight import Sight

# Unit, and the file without which it has nothing to run with yet.
_UNITS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "load-balancer": (
        ("haproxy", balancer.HAPROXY),
        ("keepalived", balancer.KEEPALIVED),
        *((unit, health_agent.CA) for unit in health_agent.UNITS),
    ),
    "control-plane": (("kubelet", kubeadm.KUBELET),),
    "worker": (("kubelet", kubeadm.KUBELET),),
}


def look(sight: Sight) -> Iterator[Finding]:
    """Those that were given something to do."""
    found = sight.each(sight.running(), lambda each: stopped(sight.on(each), each))
    for name, units in found.items():
        if isinstance(units, BootstrapError):
            yield unknown(name, units.cause, units.remedy)
            continue
        for unit in units:
            yield error(
                name, f"{unit} does not run", f"hagen bootstrap exec {name} -- journalctl --unit {unit} says why."
            )
    if found and not any(found.values()):
        yield ok("units", f"what shall run does, on {len(found)} machines")


def stopped(remote: Remote, machine: Machine) -> list[str]:
    """Units that should run and do not."""
    return [unit for unit, file in _UNITS[machine.role] if remote.has(file) and not balancer.active(remote, unit)]


CHECK = Check("units", "Daemons on the machines", look)
