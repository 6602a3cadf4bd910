"""etcd: quorum, members, size."""

from .panels import QUORUM, TOLERANCE, graph, highest, of, state, timeline
from .style import BAD, GOOD, POOR, Dashboard, Panel, Query, Row

ETCD = Dashboard(
    "etcd",
    "etcd",
    "Whether etcd can write, and how many members may still fail.",
    [
        Row(
            "Verdict",
            [
                state(
                    "Quorum",
                    QUORUM,
                    "Claimed only when a majority each answers a linearizable read.",
                    "quorum",
                    "no quorum",
                    8,
                ),
                Panel(
                    "May still fail",
                    "Members beyond the majority.",
                    [Query(highest("cluster", "hagen_etcd_failure_tolerance"))],
                    "stat",
                    width=8,
                    height=4,
                    steps=TOLERANCE,
                ),
                Panel(
                    "Leaders",
                    "Members that take themselves for the leader. One is right.",
                    [Query(f"sum({highest('member', 'hagen_etcd_member_is_leader')})")],
                    "stat",
                    width=8,
                    height=4,
                    steps=((None, BAD), (1, GOOD), (2, BAD)),
                ),
            ],
        ),
        Row(
            "Members",
            [
                Panel(
                    "How many answer",
                    "Members that answer a read that needs a majority, beside how many there are and how many must.",
                    [
                        Query(f"sum({highest('member', 'hagen_etcd_member_ready')})", "ready"),
                        Query(highest("cluster", "hagen_etcd_members_needed"), "needed"),
                        Query(highest("cluster", "hagen_etcd_members_expected"), "there are"),
                    ],
                    width=24,
                ),
                timeline(
                    "Alive",
                    highest("member", "hagen_etcd_member_live"),
                    "{{member}}",
                    "Answers at all.",
                    "lives",
                    "silent",
                ),
                timeline(
                    "Ready",
                    highest("member", "hagen_etcd_member_ready"),
                    "{{member}}",
                    "Answers a read that needs a majority.",
                    "ready",
                    "not ready",
                ),
                timeline(
                    "Sees a leader",
                    highest("member", "hagen_etcd_member_has_leader"),
                    "{{member}}",
                    "From the member's own place in the network.",
                    "yes",
                    "no",
                ),
                timeline(
                    "Connections",
                    highest("member, peer", "hagen_etcd_peer_active"),
                    "{{member}} to {{peer}}",
                    "Between members: a red line while all live is a partition.",
                    "open",
                    "down",
                ),
            ],
        ),
        Row(
            "Health",
            [
                graph(
                    "Changes of the leader",
                    f"increase({of('hagen_etcd_leader_changes_total')}[$__rate_interval])",
                    "{{load_balancer}} {{member}}",
                    "Now and then one, after a failure. Many: slow disks or a bad network.",
                ),
                graph(
                    "Writes that failed",
                    f"increase({of('hagen_etcd_proposals_failed_total')}[$__rate_interval])",
                    "{{load_balancer}} {{member}}",
                    "There should be none.",
                ),
                graph(
                    "Database, share of its quota",
                    f"{highest('member', 'hagen_etcd_db_size_bytes')} / {highest('member', 'hagen_etcd_db_quota_bytes')}",
                    "{{member}}",
                    "At 100 % etcd refuses writes.",
                    "percentunit",
                    steps=((None, GOOD), (0.8, POOR), (0.95, BAD)),
                    maximum=1,
                ),
                timeline(
                    "Alarms",
                    f"1 - {highest('member, alarm', 'hagen_etcd_alarm')}",
                    "{{member}} {{alarm}}",
                    "An alarm stops all writes until it is cleared.",
                    "none",
                    "raised",
                ),
            ],
        ),
    ],
)
