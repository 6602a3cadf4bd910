"""What an `up` would do: what is wanted against what is there. Pure.

Nothing here is acted on by itself: each step looks again before it acts. What a plan refuses, the steps refuse too.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as replaced
from enum import StrEnum

from .founding import Foundation, cannot_join, unchangeable
from .machine.etcd import Member, gone, may_lose, takes_part
from .provider.contract import Machine, Power, Wanted
from .site import BUILDER, Digest


class Kind(StrEnum):
    """What happens to a machine, the gentlest first."""

    NOTE = "note"
    WAIT = "wait"
    START = "start"
    RELOAD = "reload"
    JOIN = "join"
    CREATE = "create"
    CHANGE = "change"
    RESTART = "restart"
    REPLACE = "replace"
    REMOVE = "remove"


CLUSTER = "cluster"
"""Stands in the place of a machine in what concerns all of them."""
ASKS: frozenset[Kind] = frozenset({Kind.REPLACE, Kind.REMOVE})
"""What is never done without a yes: a machine's disk goes."""


@dataclass(frozen=True)
class Change:
    """One thing that would be done. `refused`: why it will not be, a sentence without its full stop."""

    kind: Kind
    machine: str
    text: str
    refused: str = ""


@dataclass(frozen=True)
class Seen:
    """What is there. None where it could not be told.

    `differing`: machine -> targets of files that are not as rendered. `foundation`: of the live cluster; `wanted`: what
    the same would be now. `held`: nodes that an earlier run has drained; `unready`: nodes that are not Ready.
    """

    machines: Mapping[str, Machine]
    nodes: Collection[str] | None = None
    members: tuple[Member, ...] | None = None
    differing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    foundation: Foundation | None = None
    wanted: Foundation | None = None
    held: Collection[str] = ()
    unready: Collection[str] = ()


def plan(wanted: Mapping[str, Wanted], seen: Seen, replace: Collection[str] = ()) -> tuple[Change, ...]:
    """Every change, in the inventory's order, removals last. `replace`: machines that are made anew in any case."""
    changes = [*_founded_otherwise(seen), *_silent(wanted, seen)]
    for name, each in wanted.items():
        machine = seen.machines.get(name)
        if machine is None:
            size = f"{each.cpu} CPU, {each.memory}, {each.address}"
            changes.append(Change(Kind.CREATE, name, size, _taken(each, seen)))
            changes += _joins(each, seen)
        elif name in replace or made_otherwise(each, machine):
            text = "as asked for" if name in replace else "what it was made from has changed"
            changes.append(Change(Kind.REPLACE, name, text, _taken(each, seen) or _refusal(machine, seen)))
        else:
            changes += _in_place(each, machine, seen)
    changes += _departed(wanted, seen)
    changes += [
        Change(
            Kind.REMOVE,
            name,
            "drained, then deleted" if machine.role == "worker" else "deleted",
            _refusal(machine, seen),
        )
        for name, machine in seen.machines.items()
        # What a killed build of an image left is nobody's loss.
        if name not in wanted and machine.role != BUILDER
    ]
    return _joinable(changes, seen)


def _founded_otherwise(seen: Seen) -> Iterator[Change]:
    if seen.foundation is not None and seen.wanted is not None:
        for text, why in unchangeable(seen.wanted, seen.foundation):
            yield Change(Kind.NOTE, CLUSTER, text, why)


def _silent(wanted: Mapping[str, Wanted], seen: Seen) -> Iterator[Change]:
    nodes = [name for name, each in wanted.items() if each.role != "load-balancer" and name in seen.machines]
    if seen.nodes is None and nodes:
        yield Change(Kind.WAIT, CLUSTER, "the API does not answer: who has joined is seen when it does")


def _departed(wanted: Mapping[str, Wanted], seen: Seen) -> Iterator[Change]:
    """What machines left that are nowhere any more (steps/departed.py)."""
    known = {*wanted, *seen.machines}
    members = gone(seen.members or (), known)
    nodes = [name for name in seen.unready if name not in known]
    for name in sorted({*members, *nodes}):
        parts = ["its member of etcd"] * (name in members) + ["its node"] * (name in nodes)
        refused = may_lose(seen.members or (), name) or "" if name in members else ""
        yield Change(Kind.REMOVE, name, f"its machine is gone; forgotten: {', '.join(parts)}", refused)


def _joinable(changes: Sequence[Change], seen: Seen) -> tuple[Change, ...]:
    """Who joins is refused where nobody can; where nobody has to, it is worth a note."""
    if seen.foundation is None or seen.wanted is None or not (why := cannot_join(seen.wanted, seen.foundation)):
        return tuple(changes)
    joining = [change for change in changes if _has_to_join(change, seen)]
    if not joining:
        return (Change(Kind.NOTE, CLUSTER, why), *changes)
    return tuple(replaced(change, refused=change.refused or why) if change in joining else change for change in changes)


def _has_to_join(change: Change, seen: Seen) -> bool:
    if change.kind is Kind.REPLACE:
        return seen.machines[change.machine].role != "load-balancer"
    return change.kind is Kind.JOIN


def _in_place(wanted: Wanted, machine: Machine, seen: Seen) -> list[Change]:
    changes = []
    if machine.power is not Power.RUNNING:
        changes.append(Change(Kind.START, wanted.name, "switched on"))
    if (machine.cpu, machine.memory, machine.profiles) != (wanted.cpu, wanted.memory, wanted.profiles):
        size = f"{_size(machine)} -> {_size(wanted)}"
        # A running virtual machine's processors and memory are the hypervisor's to change, and LXD refuses most of it.
        kind = Kind.RESTART if wanted.virtual and machine.power is Power.RUNNING else Kind.CHANGE
        changes.append(Change(kind, wanted.name, size))
    changes += _joins(wanted, seen)
    if wanted.name in seen.held:
        changes.append(Change(Kind.CHANGE, wanted.name, "uncordoned: an earlier run drained it"))
    changes += [Change(Kind.RELOAD, wanted.name, target) for target in seen.differing.get(wanted.name, ())]
    made = Digest.parse(machine.digest)
    now = Digest.parse(wanted.digest)
    if made and now and made.first_boot != now.first_boot:
        changes.append(
            Change(Kind.NOTE, wanted.name, "made from an earlier cloud-init file; a replacement has the new one")
        )
    return changes


def _size(of: Machine | Wanted) -> str:
    return f"{of.cpu} CPU, {of.memory}" + (f", profiles {', '.join(of.profiles)}" if of.profiles else "")


def _joins(wanted: Wanted, seen: Seen) -> list[Change]:
    if wanted.role == "load-balancer":
        return []
    if wanted.name not in seen.machines or (seen.nodes is not None and wanted.name not in seen.nodes):
        return [Change(Kind.JOIN, wanted.name, wanted.role)]
    if (
        wanted.role == "worker"
        or seen.nodes is None
        or seen.members is None
        or takes_part(seen.members, wanted.name, wanted.address)
    ):
        return []
    return [Change(Kind.JOIN, wanted.name, f"{wanted.role}, whose join was cut off")]


def made_otherwise(wanted: Wanted, machine: Machine) -> bool:
    """Whether only a new machine can be as wanted. False for one whose digest hagen did not write."""
    made, now = Digest.parse(machine.digest), Digest.parse(wanted.digest)
    return made is not None and now is not None and made.fixed != now.fixed


def _refusal(machine: Machine, seen: Seen) -> str:
    """Why a machine may not go now. Empty when it may."""
    if machine.role != "control-plane":
        return ""
    if seen.members is None:
        return "etcd's members could not be asked, so nobody knows whether the quorum would hold"
    return may_lose(seen.members, machine.name) or ""


def _taken(wanted: Wanted, seen: Seen) -> str:
    """Why a machine cannot be made: the provider gives an address to one at a time, and removals come last."""
    for name, machine in seen.machines.items():
        if name != wanted.name and wanted.address in machine.addresses:
            return f"{name} has {wanted.address} still: first bring up what is without it, then this"
    return ""


def something(changes: Collection[Change]) -> bool:
    """Whether there is anything to do; a note is nothing."""
    return any(change.kind is not Kind.NOTE for change in changes)
