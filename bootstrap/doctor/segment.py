"""segment: nobody on the wire answers for the virtual IP, or for a machine that is still to be made."""

from collections.abc import Iterator, Mapping, Sequence

from ..inventory import Inventory
from .check import Check, Finding, error, ok, unknown
from .listening import Heard, heard
from .sight import Sight


def look(sight: Sight) -> Iterator[Finding]:
    """Our own load balancers may answer for the virtual IP: known by their cards."""
    interface = sight.inventory.network.interface
    balancers = sight.running("load-balancer")
    cards = sight.each(
        balancers, lambda each: sight.on(each).run("cat", f"/sys/class/net/{interface}/address").strip().lower()
    )
    ours = {card: name for name, card in cards.items() if isinstance(card, str)}
    mute = [name for name, card in cards.items() if not isinstance(card, str)]
    yield from judge(sight.inventory, heard(sight), ours, mute)


def judge(inventory: Inventory, sound: Heard, ours: Mapping[str, str], mute: Sequence[str] = ()) -> Iterator[Finding]:
    """`ours`: hardware addresses of our load balancers; `mute`: those that do not tell theirs. Pure."""
    virtual_ip = str(inventory.network.virtual_ip)
    names = {str(machine.address): machine.name for machine in inventory.machines}
    strangers = {
        address: [card for card in cards if address != virtual_ip or card not in ours]
        for address, cards in sound.claims.items()
    }
    for address, cards in strangers.items():
        if cards and address == virtual_ip and mute:
            yield unknown(
                "the virtual IP",
                f"{', '.join(cards)} answers for it on the wire, and may be {' or '.join(mute)}, which cannot be asked",
            )
        elif cards:
            place = "the virtual IP" if address == virtual_ip else names.get(address, address)
            yield error(
                place,
                f"{', '.join(cards)} answers for {address} on the wire",
                "Find that card (`ip neigh`, the switch) and give it another address, or choose another one here.",
            )
    if not any(strangers.values()):
        yield ok("segment", f"{sound.from_} hears nobody else answer for an address that is wanted here")


CHECK = Check("segment", "Addresses on the wire", look)
