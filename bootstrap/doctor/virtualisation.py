"""virtualisation: the hosts can run the kind of machine that is wanted."""

from collections.abc import Iterator
from typing import Final

from ..errors import BootstrapError
from ..provider.contract import Offer
from .check import Check, Finding, error, ok, unknown
from .hosts import named, used
from .sight import Sight

_KVM: Final = "/dev/kvm"
_REMEDY: Final = (
    f"Switch on virtualisation in its firmware (nested: at its hypervisor) and look for {_KVM}; or "
    "machines.type: container, for tests."
)


def look(sight: Sight) -> Iterator[Finding]:
    """KVM, as the provider sees it: its own start-up test of QEMU counts, not that a device file is there."""
    if sight.inventory.provider.type == "container":
        yield ok("machines", "containers need no KVM")
        return
    try:
        offer = sight.offer()
    except BootstrapError:
        if sight.host is None:
            raise
        yield here(sight.host.ask("test", "-c", _KVM).code)
        return
    yield from judge(offer, {machine.host for machine in sight.inventory.machines})


def here(code: int) -> Finding:
    """Of this host, while LXD is not there to say more; `code`: test(1)'s. Pure."""
    if code == 1:
        return error("this host", f"it has no {_KVM}, without which LXD runs no virtual machines", _REMEDY)
    seen = f"this host has {_KVM}; whether LXD can use it" if code == 0 else f"whether this host has {_KVM}"
    return unknown("this host", f"{seen} cannot be told yet")


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
                _REMEDY,
            )


CHECK = Check("virtualisation", "KVM", look)
