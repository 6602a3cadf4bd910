"""holder: exactly one load balancer has the virtual IP, by its kernel."""

from collections.abc import Iterator, Mapping

from ..errors import BootstrapError
from ..machine import balancer
from .check import Check, Finding, error, ok, unknown
from .sight import Sight


def look(sight: Sight) -> Iterator[Finding]:
    """Nothing to look at before keepalived has its configuration somewhere."""
    address = str(sight.inventory.network.virtual_ip)

    def holds(name: str) -> bool | None:
        remote = sight.run.on(name)
        return balancer.holds(remote, address) if remote.has(balancer.KEEPALIVED) else None

    yield from judge(address, sight.each(sight.running("load-balancer"), lambda each: holds(each.name)))


def judge(address: str, found: Mapping[str, "bool | BootstrapError | None"]) -> Iterator[Finding]:
    """None: not configured yet. Pure."""
    mute = [name for name, each in found.items() if isinstance(each, BootstrapError)]
    holders = [name for name, each in found.items() if each is True]
    if all(each is None for each in found.values()):
        return
    if len(holders) > 1:
        yield error(
            address,
            f"{' and '.join(holders)} both have it",
            "They do not hear each other: look at the network between them, and for a firewall on IP protocol 112.",
        )
    elif holders:
        yield ok(address, f"{holders[0]} has it")
    elif mute:
        yield unknown(address, f"{', '.join(mute)} cannot be asked")
    else:
        yield error(address, "no load balancer has it", "haproxy must run and answer there: see the check units.")


CHECK = Check("holder", "Holder of the virtual IP", look)
