"""vrrp: no other VRRP router on the wire has our virtual IP, or our router id."""

from collections.abc import Iterator

from ..inventory import Inventory
from .check import Check, Finding, error, ok, warning
from .listening import Heard, heard
from .sight import Sight


def look(sight: Sight) -> Iterator[Finding]:
    """Adverts that are sent to everybody are heard everywhere; those to one peer only on the bridge."""
    yield from judge(sight.inventory, heard(sight))


def judge(inventory: Inventory, sound: Heard) -> Iterator[Finding]:
    """RFC 5798, section 5.2.3: the id is unique on its network. Pure."""
    plan = inventory.network
    ours = {str(machine.address) for machine in inventory.machines if machine.role == "load-balancer"}
    wrong = False
    for advert in sound.adverts:
        if advert.source in ours:
            continue
        if str(plan.virtual_ip) in advert.addresses:
            wrong = True
            yield error(
                f"router {advert.source}",
                f"it announces {plan.virtual_ip} by VRRP",
                "Choose another network.virtualIP, or take that router away.",
            )
        elif advert.router == plan.vrrp_router_id:
            wrong = True
            yield warning(
                f"router {advert.source}",
                f"it has the VRRP router id {advert.router} too",
                "Choose another network.vrrp.routerID.",
            )
    if not wrong:
        yield ok("VRRP", f"{sound.from_} hears no other router with id {plan.vrrp_router_id}")


CHECK = Check("vrrp", "VRRP on the wire", look)
