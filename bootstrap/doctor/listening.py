"""Where the machines' segment can be listened to, and what was heard there; for the checks that ask it."""

import json
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from ..errors import BootstrapError
from ..inventory import Machine
from ..machine import balancer
from ..provider.contract import Outcome
from .host import has_interface
from .sight import Sight

SECONDS: Final = 4.0  # adverts of VRRP come every second where nothing else was set, and up to three may get lost
_MARGIN: Final = 20.0


@dataclass(frozen=True)
class Advert:
    """A VRRP router that was heard."""

    source: str
    router: int
    addresses: tuple[str, ...]


@dataclass(frozen=True)
class Heard:
    """`from_`: who listened; `claims`: address to the hardware addresses that answered for it."""

    from_: str
    claims: dict[str, tuple[str, ...]]
    adverts: tuple[Advert, ...]


def heard(sight: Sight) -> Heard:
    """Listen once: on the bridge when it is here, else on one of our machines. BootstrapError where neither can."""
    return sight.once("heard", lambda: _listen(sight))


def _listen(sight: Sight) -> Heard:
    there = sight.machines()
    plan = sight.inventory.network
    asked = [str(plan.virtual_ip), *(str(each.address) for each in sight.inventory.machines if each.name not in there)]
    script = files(__package__).joinpath("wire.py").read_bytes()
    bridge, host = sight.inventory.provider.bridge, sight.host
    within = SECONDS + _MARGIN
    if host is not None and has_interface(host, bridge):
        outcome = host.ask("python3", "-", bridge, str(SECONDS), *asked, stdin=script, timeout=within)
        if outcome.code == 0:
            return read(bridge, outcome)
    listener = _listener(sight)
    if listener is None:
        raise BootstrapError(
            "segment", "nobody is there who could listen: no bridge here that may be listened to, no machine that runs"
        )
    outcome = sight.on(listener).ask("python3", "-", plan.interface, str(SECONDS), *asked, stdin=script, timeout=within)
    if outcome.code:
        said = (outcome.stderr.decode(errors="replace").strip() or f"it ended with {outcome.code}").splitlines()[-1]
        raise BootstrapError(listener.name, f"it cannot listen on {plan.interface}: {said}")
    return read(listener.name, outcome)


def _listener(sight: Sight) -> Machine | None:
    """A node; else a load balancer that does not hold the virtual IP: nobody answers himself."""
    nodes = sight.running("worker", "control-plane")
    if nodes:
        return nodes[0]
    address = str(sight.inventory.network.virtual_ip)
    return next((each for each in sight.running("load-balancer") if not balancer.holds(sight.on(each), address)), None)


def read(listener: str, outcome: Outcome) -> Heard:
    """What wire.py printed."""
    data = json.loads(outcome.stdout)
    adverts = {Advert(each["source"], each["router"], tuple(each["addresses"])) for each in data["vrrp"]}
    claims = {address: tuple(sorted(hardware)) for address, hardware in data["arp"].items()}
    return Heard(listener, claims, tuple(sorted(adverts, key=lambda each: (each.source, each.router))))
