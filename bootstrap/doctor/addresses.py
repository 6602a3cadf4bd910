"""addresses: nobody else's machine at the provider has an address that is wanted here."""

from collections.abc import Iterator, Mapping

from ..inventory import Inventory
from .check import Check, Finding, error, ok
from .sight import Sight


def look(sight: Sight) -> Iterator[Finding]:
    """By fixed addresses and DHCP leases; who answers on the wire is what the check `segment` asks."""
    yield from judge(sight.inventory, sight.offer().taken)


def judge(inventory: Inventory, taken: Mapping[str, str]) -> Iterator[Finding]:
    """Machines and the virtual IP. Pure."""
    wanted = {str(machine.address): machine.name for machine in inventory.machines}
    wanted[str(inventory.network.virtual_ip)] = "the virtual IP"
    clashes = {address: taken[address] for address in wanted if address in taken}
    for address, holder in clashes.items():
        yield error(
            wanted[address],
            f"its address {address} belongs to {holder}",
            f"Choose another one in hagen.yaml, or give {holder} another one.",
        )
    if not clashes:
        yield ok("addresses", f"none of {len(wanted)} is anybody else's at the provider")


CHECK = Check("addresses", "Addresses at the provider", look)
