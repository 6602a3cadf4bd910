"""Quorum and tolerance of etcd as judged, and each member as it answers."""

from collections.abc import Callable, Iterator

from ...snapshot import EtcdMember
from ..metric import Kind, Metric, Sample, single
from ..sources import View

_METRICS = "/metrics of the member"
_JUDGED = "judged from each member's answer to a linearizable read, and a second witness"
_ALARMS = ("NOSPACE", "CORRUPT")


def _members(view: View) -> Iterator[tuple[str, EtcdMember]]:
    """Those that are configured: whoever else answers is no member."""
    if view.snapshot.etcd is not None:
        for member in view.config.etcd.members:
            if member.name in view.snapshot.etcd.members:
                yield member.name, view.snapshot.etcd.members[member.name]


def _each(read: Callable[[EtcdMember], float | None]) -> Callable[[View], Iterator[Sample]]:
    return lambda view: (((name,), read(member)) for name, member in _members(view))


def _ready(member: EtcdMember) -> bool | None:
    """As in the verdict: without it, no alert would tell of a dead member."""
    return False if member.alive is False else member.linearizable


def _peers(view: View) -> Iterator[Sample]:
    for name, member in _members(view):
        for peer, active in member.peers.items():
            yield (name, peer), active


def _alarms(view: View) -> Iterator[Sample]:
    """A member names the first alarm that it finds, so of the others nothing is known while one is raised."""
    for name, member in _members(view):
        if member.alarms:
            yield from (((name, alarm), 1) for alarm in member.alarms)
        elif member.linearizable and member.alarms is not None:
            yield from (((name, alarm), 0) for alarm in _ALARMS)


METRICS = (
    Metric(
        "etcd_members_expected",
        Kind.GAUGE,
        "How many members etcd has.",
        "agent.yaml",
        (),
        single(lambda view: view.health.etcd.size),
    ),
    Metric(
        "etcd_members_needed",
        Kind.GAUGE,
        "How many members are a quorum: n // 2 + 1.",
        "computed from the number of members",
        (),
        single(lambda view: view.health.etcd.needed),
    ),
    Metric(
        "etcd_quorum",
        Kind.GAUGE,
        "Whether etcd can write; absent while neither is proven.",
        _JUDGED,
        (),
        single(lambda view: view.health.etcd.quorum),
    ),
    Metric(
        "etcd_failure_tolerance",
        Kind.GAUGE,
        "How many more members may fail; at 0 the next failure stops all writes. Absent unless every member is known.",
        _JUDGED,
        (),
        single(lambda view: view.health.etcd.tolerance),
    ),
    Metric(
        "etcd_member_live",
        Kind.GAUGE,
        "Whether a member answers at all.",
        "/health?serializable=true of the member",
        ("member",),
        _each(lambda member: member.alive),
    ),
    Metric(
        "etcd_member_ready",
        Kind.GAUGE,
        "Whether a member answered a linearizable read, which needs a quorum; one that does not live answers none.",
        "/health of the member",
        ("member",),
        _each(_ready),
    ),
    Metric(
        "etcd_member_has_leader",
        Kind.GAUGE,
        "Whether a member knows a leader.",
        _METRICS,
        ("member",),
        _each(lambda member: member.has_leader),
    ),
    Metric(
        "etcd_member_is_leader",
        Kind.GAUGE,
        "Whether a member is the leader.",
        _METRICS,
        ("member",),
        _each(lambda member: member.is_leader),
    ),
    Metric(
        "etcd_peer_active",
        Kind.GAUGE,
        "Whether a member's connection to another (by its member id) is active.",
        _METRICS,
        ("member", "peer"),
        _peers,
    ),
    Metric(
        "etcd_alarm",
        Kind.GAUGE,
        "Whether an alarm is raised; etcd refuses writes until it is cleared.",
        "/health of the member",
        ("member", "alarm"),
        _alarms,
    ),
    Metric(
        "etcd_leader_changes_total",
        Kind.COUNTER,
        "Changes of the leader that a member has seen since its start.",
        _METRICS,
        ("member",),
        _each(lambda member: member.leader_changes),
    ),
    Metric(
        "etcd_proposals_failed_total",
        Kind.COUNTER,
        "Proposals of a member that failed since its start.",
        _METRICS,
        ("member",),
        _each(lambda member: member.proposals_failed),
    ),
    Metric(
        "etcd_db_size_bytes",
        Kind.GAUGE,
        "Size of a member's database file, in bytes.",
        _METRICS,
        ("member",),
        _each(lambda member: member.database_bytes),
    ),
    Metric(
        "etcd_db_quota_bytes",
        Kind.GAUGE,
        "Size at which a member raises NOSPACE, in bytes.",
        _METRICS,
        ("member",),
        _each(lambda member: member.quota_bytes),
    ),
)
