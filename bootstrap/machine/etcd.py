"""etcd's members, asked through a member that lives. `etcdctl` is the one in etcd's own pod."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from ..errors import BootstrapError
from .kubectl import Kubectl

_PKI: Final = "/etc/kubernetes/pki/etcd"
_ETCDCTL: Final = (
    "etcdctl",
    "--endpoints=https://127.0.0.1:2379",
    f"--cacert={_PKI}/ca.crt",
    f"--cert={_PKI}/server.crt",
    f"--key={_PKI}/server.key",
)


@dataclass(frozen=True)
class Member:
    """A member of etcd. `name` is empty until it has started for the first time. `healthy`: it commits a proposal."""

    id: str
    name: str
    peer_url: str
    learner: bool
    healthy: bool


class Etcd:
    """The cluster's etcd, through the pod on the first of some control planes that has one."""

    def __init__(self, kubectl: Kubectl, through: Sequence[str]) -> None:
        self._kubectl, self._pods = kubectl, [f"etcd-{name}" for name in through]

    def members(self) -> tuple[Member, ...]:
        """All members, each asked for its health. BootstrapError when none can say."""
        listed = json.loads(self._ask("member", "list", "--write-out=json"))["members"]
        health = self._health()
        return tuple(
            Member(
                id=f"{entry['ID']:x}",
                name=entry.get("name", ""),
                peer_url=(entry.get("peerURLs") or [""])[0],
                learner=bool(entry.get("isLearner")),
                healthy=any(health.get(url, False) for url in entry.get("clientURLs", ())),
            )
            for entry in listed
        )

    def remove(self, member: Member) -> None:
        """Take a member out for good."""
        self._ask("member", "remove", member.id)

    def _health(self) -> dict[str, bool]:
        outcome = self._kubectl.ask(*self._command("endpoint", "health", "--cluster", "--write-out=json"))
        # It ends with 1 as soon as one is not well, and prints the list all the same.
        text = outcome.stdout.decode(errors="replace")
        start = text.find("[")
        if start < 0:
            return {}
        entries = json.JSONDecoder().raw_decode(text[start:])[0]
        return {entry["endpoint"]: bool(entry["health"]) for entry in entries}

    def _ask(self, *argv: str) -> str:
        """A control plane whose join was cut off may have no pod of etcd: the next one is asked then."""
        while True:
            try:
                return self._kubectl.run(*self._command(*argv))
            except BootstrapError:
                if len(self._pods) == 1:
                    raise
                del self._pods[0]

    def _command(self, *argv: str) -> tuple[str, ...]:
        return ("--namespace=kube-system", "exec", self._pods[0], "--", *_ETCDCTL, *argv)


def quorum(members: int) -> int:
    """How many members must agree. Raft, section 5.1 of Ongaro and Ousterhout."""
    return members // 2 + 1


def may_lose(members: tuple[Member, ...], name: str) -> str | None:
    """Why a member may not be taken out now; None when it may. Pure.

    What is left must have a majority of itself that is healthy; a single member cannot go at all.
    """
    voters = [member for member in members if not member.learner]
    left = [member for member in voters if member.name != name]
    if len(left) == len(voters):
        return None
    if not left:
        return f"{name} is the only member of etcd: its data would be lost"
    healthy = sum(member.healthy for member in left)
    if healthy < quorum(len(left)):
        return (
            f"without {name}, {healthy} of {len(left)} members of etcd are healthy, and {quorum(len(left))} are needed"
        )
    return None


def member_of(members: tuple[Member, ...], name: str, address: str) -> Member | None:
    """The member on a machine: by name, and by address while it has none."""
    for member in members:
        if member.name == name or (not member.name and f"//{address}:" in member.peer_url):
            return member
    return None


def takes_part(members: tuple[Member, ...], name: str, address: str) -> bool:
    """Whether a machine has a member that votes, and has started. One whose join was cut off has none."""
    member = member_of(members, name, address)
    return member is not None and bool(member.name) and not member.learner


def gone(members: tuple[Member, ...], known: Collection[str]) -> list[str]:
    """Members that nobody knows and that do not answer: their machines are no more."""
    return [member.name for member in members if member.name and not member.healthy and member.name not in known]


def settled(members: tuple[Member, ...]) -> str | None:
    """What is not yet as it should be before another member may come; None when all is well."""
    waits = [member.name or member.peer_url for member in members if member.learner or not member.healthy]
    return f"etcd waits for {', '.join(waits)}" if waits else None


def unknown(error: BootstrapError) -> BootstrapError:
    """etcd could not be asked, in words that say what that means."""
    return BootstrapError(
        "etcd", "its members could not be asked, so nothing can be taken out safely", "", error.output or str(error)
    )
