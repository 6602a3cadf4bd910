"""etcd: every control plane has a healthy member, and how many more may fail."""

from collections.abc import Iterator, Sequence

from ..cluster import etcd, founded
from ..machine.etcd import Member, quorum
from .check import Check, Finding, error, ok, warning
from .sight import Sight


def look(sight: Sight) -> Iterator[Finding]:
    """Asked through a control plane that works; when none does, the check `api` says so."""
    if not sight.machines() or not sight.once("founded", lambda: founded(sight.run)):
        return
    names = [machine.name for machine in sight.inventory.machines if machine.role == "control-plane"]
    yield from judge(etcd(sight.run).members(), names)


def judge(members: Sequence[Member], wanted: Sequence[str]) -> Iterator[Finding]:
    """Members against control planes, then what the whole can bear. Pure."""
    yield from _each(members)
    there = {member.name for member in members}
    for name in wanted:
        if name not in there:
            yield warning(name, "it has no member of etcd", "`hagen bootstrap up` joins it.")
    for name in sorted(there - set(wanted) - {""}):
        yield warning(name, "it is in etcd, and no control plane of hagen.yaml", "`hagen bootstrap up` takes it out.")
    voters = [member for member in members if not member.learner]
    healthy = sum(member.healthy for member in voters)
    spare = healthy - quorum(len(voters))
    text = f"{healthy} of {len(voters)} members are healthy"
    if spare < 0:
        yield error("etcd", f"{text}: it has no quorum", "Bring control planes back before anything else.")
    elif healthy < len(voters) and spare == 0:
        yield warning("etcd", f"{text}: none may fail any more", "Bring the others back.")
    else:
        yield ok("etcd", f"{text}: {spare} more may fail")


def _each(members: Sequence[Member]) -> Iterator[Finding]:
    for member in members:
        name = member.name or member.peer_url
        if not member.healthy:
            remedy = f"hagen bootstrap exec {name} -- journalctl --unit kubelet; when it is lost: up --replace {name}"
            yield warning(name, "its member of etcd is not healthy", remedy)
        elif member.learner:
            yield warning(name, "its member of etcd only learns", "`hagen bootstrap up` waits for it.")


CHECK = Check("etcd", "etcd", look)
