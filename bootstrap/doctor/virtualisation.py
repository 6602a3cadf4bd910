"""virtualisation: the hosts can run the kind of machine that is wanted."""

from collections.abc import Iterator

from ..provider.contract import Offer
from .check import Check, Finding, error, ok, unknown
from .hosts import named, used
from .sight import Sight


def look(sight: Sight) -> Iterator[Finding]:
    """KVM, as the provider sees it: its own start-up test of QEMU counts, not that a device file is there."""
    if sight.inventory.provider.type == "container":
        yield ok("machines", "containers need no KVM")
        return
    yield from judge(sight.offer(), {machine.host for machine in sight.inventory.machines})


def judge(offer: Offer, wanted: set[str]) -> Iterator[Finding]:
    """Hosts that will have a machine; empty: any. Pure."""
    for host in used(offer.hosts, wanted):
        if host.virtual_machines is None:
            yield unknown(named(host), "it does not say whether it runs virtual machines")
        elif host.virtual_machines:
            yield ok(named(host), "it runs virtual machines")
        else:
            said = "; ".join(host.notes)
            yield error(
                named(host),
                "it cannot run virtual machines" + (f": {said}" if said else ""),
                "Switch on virtualisation in its firmware (nested: at its hypervisor) and look for /dev/kvm; or "
                "machines.type: container, for tests.",
            )


CHECK = Check("virtualisation", "KVM", look)
