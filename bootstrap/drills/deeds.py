"""How each deed is done to a machine, and undone: by the provider alone, so it is the same wherever machines are."""

from typing import Final

from ..errors import BootstrapError
from ..provider.contract import Power, Provider, ProviderError
from .drill import UNDONE_BY, Deed, Order

TABLE: Final = "hagen_drill"
_OFF: Final = 30.0  # seconds to be switched off
_DOWN: Final = 180.0  # to shut down
_COMMAND: Final = 20.0


def do(provider: Provider, order: Order) -> None:
    """Carry an order out; a load is nothing that is done to a machine. BootstrapError when it could not be."""
    try:
        match order.deed:
            case Deed.POWER_OFF:
                provider.stop(order.machine, timeout=_OFF, force=True)
            case Deed.SHUT_DOWN:
                provider.stop(order.machine, timeout=_DOWN)
            case Deed.POWER_ON | Deed.THAW:
                provider.start(order.machine)
            case Deed.FREEZE:
                provider.freeze(order.machine)
            case Deed.CUT:
                _nft(provider, order.machine, ruleset(order.against).encode(), "-f", "-")
            case Deed.HEAL:
                _heal(provider, order.machine)
    except ProviderError as error:
        raise BootstrapError(error.place, error.cause, error.remedy) from error


def undoing(order: Order) -> Order:
    """What takes it back."""
    return Order(UNDONE_BY[order.deed], order.machine, f"takes back: {order.why}")


def undone(provider: Provider, order: Order) -> bool:
    """Whether nothing of it is left: the machine runs, and no packet is dropped."""
    try:
        machine = provider.machines().get(order.machine)
        if machine is None or machine.power is not Power.RUNNING:
            return False
        return order.deed is not Deed.CUT or not _is_cut(provider, order.machine)
    except ProviderError:
        return False


def told(order: Order) -> str:
    """What is done, for a person: a command, or the words for what the provider is asked."""
    words = {
        Deed.POWER_OFF: f"switch off {order.machine}, without shutting it down",
        Deed.SHUT_DOWN: f"shut down {order.machine}",
        Deed.POWER_ON: f"switch on {order.machine}",
        Deed.FREEZE: f"freeze {order.machine}",
        Deed.THAW: f"let {order.machine} go on",
        Deed.CUT: f"{order.machine}# nft -f - <<< '{' '.join(ruleset(order.against).split())}'",
        Deed.HEAL: f"{order.machine}# nft delete table inet {TABLE}",
        Deed.LOAD: "let users come, and go again",
    }
    return words[order.deed]


def ruleset(addresses: tuple[str, ...]) -> str:
    """Everything to and from some addresses is dropped, before anything else sees it (nft(8), priorities)."""
    peers = ", ".join(addresses)
    return f"""table inet {TABLE} {{
    chain from {{ type filter hook input priority -300; ip saddr {{ {peers} }} drop; }}
    chain to {{ type filter hook output priority -300; ip daddr {{ {peers} }} drop; }}
}}
"""


def _heal(provider: Provider, machine: str) -> None:
    # `add` first: to delete a table that is not there is an error.
    commands = f"add table inet {TABLE}\ndelete table inet {TABLE}\n"
    _nft(provider, machine, commands.encode(), "-f", "-")


def _is_cut(provider: Provider, machine: str) -> bool:
    listed = provider.execute(machine, ("nft", "list", "tables"), timeout=_COMMAND)
    return listed.code != 0 or f"inet {TABLE}" in listed.stdout.decode(errors="replace")


def _nft(provider: Provider, machine: str, stdin: bytes, *argv: str) -> None:
    outcome = provider.execute(machine, ("nft", *argv), timeout=_COMMAND, stdin=stdin)
    if outcome.code:
        said = outcome.stderr.decode(errors="replace").strip()
        raise BootstrapError(machine, f"nft ended with {outcome.code}", "Look whether nftables is installed.", said)
