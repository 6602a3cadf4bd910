"""Whether etcd can write, and how many members may still fail.

Raft commits an entry when a majority, n // 2 + 1 of n members, has it; a linearizable read asks such a majority as
well. So a member that answers a linearizable read *proves* that there was a majority a moment ago - but from its place
in the network. Quorum is claimed only when n // 2 + 1 members each answered one themselves: then a majority serves,
and no split of the network is mistaken for health.

That answers are missing proves nothing: the agent's own network may be cut. Loss is said only when

1. so many members are known to be bad (asked in vain, or refused a linearizable read) that no majority is left, and
2. a second vantage point agrees: an API server that answers "not ready" (its own check of etcd is a linearizable
   read), or a living member that has no leader or that sees too few of its peers; and
3. no API server is ready, which it could not be without etcd.

Members that belong to clusters of their own prove nothing for one another: two that lead at once are no quorum.

The tolerance is the number of members that answer beyond the majority; at 0 the next failure stops all writes.

An alarm (NOSPACE, CORRUPT) is the cluster's, whichever member tells of it: with it etcd serves, and refuses writes. So
a member of which nothing is known may hide the worst, and "degraded" is said only of members that are all known. So
may one that lives and of whose alarms nothing was learnt: a linearizable read is answered all the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ..config import AgentConfig
from ..snapshot import ApiServerReading, EtcdMember, EtcdReading
from .verdict import State, Verdict, listed

NAME = "etcd"


@dataclass(frozen=True)
class EtcdHealth:
    """`tolerance`: how many more members may fail, known when every member is. `needed`: n // 2 + 1."""

    quorum: bool | None
    tolerance: int | None
    size: int
    needed: int
    good: tuple[str, ...]
    bad: tuple[str, ...]
    verdicts: tuple[Verdict, ...]


def majority(size: int) -> int:
    """How many of so many a majority is."""
    return size // 2 + 1


def judge_etcd(config: AgentConfig, reading: EtcdReading | None, apiserver: ApiServerReading | None) -> EtcdHealth:
    """Of the configured members only: whoever else answers is no member."""
    size = len(config.etcd.members)
    needed = majority(size)
    found = reading.members if reading else {}
    members = {member.name: found.get(member.name, EtcdMember()) for member in config.etcd.members}
    good = tuple(sorted(name for name, member in members.items() if _works(member) is True))
    bad = tuple(sorted(name for name, member in members.items() if _works(member) is False))
    quorum = _quorum(members, len(good), len(bad), apiserver or ApiServerReading())
    spare = len(good) - needed if quorum else 0
    complete = quorum is not None and len(good) + len(bad) == size
    verdict = _verdict(members, quorum, good, bad)
    return EtcdHealth(quorum, spare if complete else None, size, needed, good, bad, (verdict,))


def _works(member: EtcdMember) -> bool | None:
    """A member that does not answer at all answers no linearizable read either."""
    return False if member.alive is False else member.linearizable


def _quorum(members: Mapping[str, EtcdMember], good: int, bad: int, apiserver: ApiServerReading) -> bool | None:
    needed = majority(len(members))
    if _leaders(members) > 1:
        return None
    if good >= needed:
        return True
    answers = {apiserver.endpoint, *apiserver.ready.values()}
    beyond_saving = len(members) - bad < needed and True not in answers
    confirmed = False in answers or any(_agrees(member, len(members)) for member in members.values())
    return False if beyond_saving and confirmed else None


def _leaders(members: Mapping[str, EtcdMember]) -> int:
    """How many lead and answer reads that need a majority. Two: two clusters, or it changed while they were asked."""
    return sum(bool(member.is_leader and member.linearizable) for member in members.values())


def _agrees(member: EtcdMember, size: int) -> bool:
    """A living member that itself sees no majority."""
    if not member.alive:
        return False
    unreachable = sum(not active for active in member.peers.values())
    return member.has_leader is False or size - unreachable < majority(size)


def _verdict(
    members: Mapping[str, EtcdMember], quorum: bool | None, good: tuple[str, ...], bad: tuple[str, ...]
) -> Verdict:
    size, needed = len(members), majority(len(members))
    alarms = sorted({alarm for member in members.values() for alarm in member.alarms or ()})
    count = f"{len(good)} of {size} members answer linearizable reads, {needed} are needed"
    if quorum is False:
        return Verdict(
            NAME, State.CRITICAL, f"No quorum: {count}; a second witness agrees; not in order: {listed(bad)}."
        )
    if alarms:
        return Verdict(
            NAME, State.CRITICAL, f"Alarm {listed(alarms)} is raised: etcd refuses writes until it is cleared."
        )
    if quorum is None and (leaders := _leaders(members)) > 1:
        reason = f"{leaders} of {size} members lead, in clusters of their own or in turn: nothing is proven."
        return Verdict(NAME, State.UNKNOWN, reason)
    if quorum is None:
        return Verdict(NAME, State.UNKNOWN, f"Whether there is a quorum is not known: {count}.")
    unknown = sorted(members.keys() - {*good, *bad})
    wrong = f"; not in order: {listed(bad)}" if bad else ""
    if unknown:
        reason = f"There is a quorum, but nothing is known of {listed(unknown)}: {count}{wrong}."
        return Verdict(NAME, State.UNKNOWN, reason)
    mute = [name for name, member in members.items() if member.alive and member.alarms is None]
    if mute:
        reason = f"There is a quorum, but whether {listed(mute)} knows of an alarm is not known: {count}{wrong}."
        return Verdict(NAME, State.UNKNOWN, reason)
    if bad:
        return Verdict(NAME, State.DEGRADED, f"{count}; {_more(len(good) - needed)}{wrong}.")
    return Verdict(NAME, State.OK, f"All {size} members answer linearizable reads; {_more(size - needed)}.")


def _more(spare: int) -> str:
    return f"{spare} more may fail" if spare else "no more may fail"
