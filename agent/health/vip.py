"""Who holds the virtual IP.

VRRP (RFC 9568) elects a master by adverts alone. It has no quorum and no fencing: two hosts that do not hear each
other are both master, and a keepalived that was killed leaves its address in the kernel while the other host takes it
as well. What keepalived says is therefore a claim. The witnesses are

1. this host's kernel, and the kernels of the other load balancers as their agents report them: who *has* the address;
2. ARP, asked by a host that does not hold it: who *answers* for the address on the wire. Two MAC addresses are two
   holders, whoever they are.

Split brain is true as soon as any of them sees two. It is false only when every kernel was asked, at most one has the
address, and - on a host that can ask, because it does not hold the address - ARP found no second one. "Nobody has it"
is said only when every load balancer was asked and answered. An orphan is an address in the kernel that no living
keepalived stands behind: nothing will remove it when another host takes over.

A backup takes over after the master-down interval, 3 x advert + skew, skew = (256 - priority) x advert / 256 (VRRPv3).
"""

from dataclasses import dataclass

from ..config import AgentConfig
from ..snapshot import VIPReading, VRRPState
from .verdict import State, Verdict, every, listed, some

HOLDER, SPLIT_BRAIN, ORPHAN, KEEPALIVED = "vip_holder", "vip_split_brain", "vip_orphan", "keepalived"
_HERE = "this host"
_LOST_ADVERTS = 3
_PRIORITIES = 256


@dataclass(frozen=True)
class VIPHealth:
    """`held`: exactly one load balancer has the address. `holders`: those that are known to have it."""

    held: bool | None
    split_brain: bool | None
    orphan: bool | None
    holders: tuple[str, ...]
    master_down_interval: float | None  # seconds
    verdicts: tuple[Verdict, ...]


def judge_vip(config: AgentConfig, reading: VIPReading | None) -> VIPHealth:
    """Of this host's reading."""
    reading = reading or VIPReading()
    holders, others = _holders(config, reading)
    orphan = _orphan(reading)
    split_brain = _split_brain(reading, len(holders), unasked=bool(others))
    held = False if len(holders) > 1 else None if others else len(holders) == 1
    priority = reading.effective_priority
    return VIPHealth(
        held=held,
        split_brain=split_brain,
        orphan=orphan,
        holders=holders,
        master_down_interval=None if priority is None else master_down_interval(config, priority),
        verdicts=(
            _holder_verdict(held, holders, others),
            _split_brain_verdict(reading, split_brain, holders),
            _orphan_verdict(reading, orphan),
            _keepalived_verdict(reading),
        ),
    )


def master_down_interval(config: AgentConfig, priority: int) -> float:
    """Seconds of silence after which a backup of this priority becomes master."""
    advert = config.virtual_ip.advert_milliseconds / 1000
    return _LOST_ADVERTS * advert + (_PRIORITIES - priority) * advert / _PRIORITIES


def _holders(config: AgentConfig, reading: VIPReading) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who has the address, and whose kernel nothing is known of.

    This host is one of the load balancers and its own peer never: of n load balancers, n - 1 peers must have answered.
    """
    names = {balancer.name for balancer in config.load_balancers}
    kernels = {peer.name: peer.assigned for peer in reading.peers if peer.answered and peer.assigned is not None}
    unasked = {peer.name for peer in reading.peers} - set(kernels)
    missing = len(names) - 1 - len(names & set(kernels))
    if missing > len(unasked):
        unasked.add("another load balancer")
    if reading.assigned is None:
        unasked.add(_HERE)
    holders = {name for name, assigned in kernels.items() if assigned} | ({_HERE} if reading.assigned else set())
    return tuple(sorted(holders)), tuple(sorted(unasked))


def _split_brain(reading: VIPReading, holders: int, *, unasked: bool) -> bool | None:
    if holders > 1 or (reading.responders or 0) > 1:
        return True
    can_ask = reading.assigned is False
    return None if unasked or (can_ask and reading.responders is None) else False


def _orphan(reading: VIPReading) -> bool | None:
    master = None if reading.state is None else reading.state is VRRPState.MASTER
    stands_behind = every((reading.keepalived, master))
    return every((reading.assigned, None if stands_behind is None else not stands_behind))


def _holder_verdict(held: bool | None, holders: tuple[str, ...], others: tuple[str, ...]) -> Verdict:
    if held:
        return Verdict(HOLDER, State.OK, f"{holders[0]} has the address, and no other load balancer.")
    if len(holders) > 1:
        return Verdict(HOLDER, State.CRITICAL, f"{listed(holders)} have the address at the same time.")
    if held is False:
        return Verdict(HOLDER, State.CRITICAL, "No load balancer has the address: all were asked.")
    found = f"{holders[0]} has the address" if holders else "Nobody that was asked has the address"
    return Verdict(HOLDER, State.UNKNOWN, f"{found}; nothing is known of {listed(others)}.")


def _split_brain_verdict(reading: VIPReading, split_brain: bool | None, holders: tuple[str, ...]) -> Verdict:
    if split_brain and len(holders) > 1:
        return Verdict(SPLIT_BRAIN, State.CRITICAL, f"The kernels of {listed(holders)} have the address.")
    if split_brain:
        return Verdict(SPLIT_BRAIN, State.CRITICAL, f"{reading.responders} hosts answer ARP for the address.")
    if split_brain is None:
        return Verdict(SPLIT_BRAIN, State.UNKNOWN, "Not every witness could be asked, and none has seen two holders.")
    return Verdict(SPLIT_BRAIN, State.OK, "No witness has seen two holders.")


def _orphan_verdict(reading: VIPReading, orphan: bool | None) -> Verdict:
    if orphan:
        claim = "is dead" if reading.keepalived is False else f"says {reading.state}"
        return Verdict(ORPHAN, State.CRITICAL, f"The kernel has the address, and keepalived {claim}.")
    if orphan is None:
        return Verdict(ORPHAN, State.UNKNOWN, "Whether keepalived stands behind the address here is not known.")
    text = "keepalived stands behind the address." if reading.assigned else "The address is not here."
    return Verdict(ORPHAN, State.OK, text)


def _keepalived_verdict(reading: VIPReading) -> Verdict:
    """Whether this host's keepalived is alive, undisturbed, and says what the kernel does."""
    state, base, effective = reading.state, reading.base_priority, reading.effective_priority
    problems: dict[str, bool | None] = {
        "keepalived is dead: this host takes nothing over.": _not(reading.keepalived),
        "keepalived is in fault: this host takes nothing over.": None if state is None else state is VRRPState.FAULT,
        "keepalived is still starting.": None if state is None else state is VRRPState.INIT,
        "keepalived and the kernel contradict each other about the address.": (
            None if state is None or reading.assigned is None else (state is VRRPState.MASTER) != reading.assigned
        ),
        "A check of keepalived fails here and has lowered its priority.": (
            None if base is None or effective is None else effective < base
        ),
    }
    wrong = some(problems.values())
    if wrong:
        return Verdict(KEEPALIVED, State.DEGRADED, next(text for text, fact in problems.items() if fact))
    if wrong is None:
        return Verdict(KEEPALIVED, State.UNKNOWN, "keepalived could not be asked about everything.")
    return Verdict(KEEPALIVED, State.OK, f"keepalived is alive and says {state}, as the kernel does.")


def _not(fact: bool | None) -> bool | None:
    return None if fact is None else not fact
