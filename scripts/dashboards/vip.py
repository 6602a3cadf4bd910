"""The virtual IP: witnesses, moves, clients, keepalived and haproxy."""

from .panels import BALANCER, FAILURES, MEAN_LATENCY, RATIO, chosen, graph, highest, of, timeline
from .style import BAD, GOOD, IDLE, POOR, Dashboard, Panel, Query, Row, yes_no

VIP = Dashboard(
    "vip",
    "Virtual IP",
    "Who holds the address, what keepalived says, and what clients see.",
    [
        Row(
            "Witnesses",
            [
                timeline(
                    "Kernels",
                    highest("load_balancer, vip", "hagen_vip_assigned"),
                    "{{load_balancer}} {{vip}}",
                    "Which kernel has the address: the truth. Two at a time is a split brain.",
                    "holds",
                    "does not",
                ),
                chosen(
                    "keepalived says",
                    f"{of('hagen_keepalived_vrrp_state')}",
                    "{{load_balancer}} {{state}}",
                    "What keepalived claims. A master whose kernel lacks the address, or an address without a master, is a fault.",
                ),
                graph(
                    "MAC addresses that answer ARP",
                    of("hagen_vip_arp_responders"),
                    "{{load_balancer}} {{vip}}",
                    "Asked by a host that does not hold the address. One is right.",
                    steps=((None, GOOD), (2, BAD)),
                ),
                timeline(
                    "Peers",
                    of("hagen_peer_up"),
                    "{{load_balancer}} asks {{peer}}",
                    "Whether the agents reach one another.",
                    "answers",
                    "silent",
                ),
                timeline(
                    "What the peers say",
                    of("hagen_vip_peer_assigned"),
                    "{{load_balancer}} hears from {{peer}}",
                    "Whether the other's kernel has the address, as its agent tells. It must agree with the kernels above.",
                    "holds",
                    "does not",
                ),
            ],
        ),
        Row(
            "Verdicts",
            [
                timeline(
                    "Held by exactly one",
                    of("hagen_vip_held"),
                    BALANCER,
                    "Absent where not every kernel could be asked.",
                    "one holder",
                    "none or several",
                ),
                Panel(
                    "What must not be",
                    "Split brain: two holders. Orphan: an address that no living keepalived stands behind.",
                    [
                        Query(of("hagen_vip_split_brain"), "{{load_balancer}} split brain"),
                        Query(of("hagen_vip_orphan"), "{{load_balancer}} orphan"),
                    ],
                    "state-timeline",
                    text=yes_no("no", "no") | {"1": ("yes", BAD), "0": ("no", GOOD)},
                    maximum=1,
                ),
            ],
        ),
        Row(
            "Moves",
            [
                graph(
                    "Gains and losses",
                    f"increase({of('hagen_vip_transitions_total')}[$__rate_interval])",
                    "{{load_balancer}} {{direction}}",
                    "Every gain and loss of the address that the kernel reported.",
                ),
                graph(
                    "keepalived became master",
                    f"increase({of('hagen_keepalived_master_transitions_total')}[$__rate_interval])",
                    BALANCER,
                    "As keepalived counts. More often than the kernel gained the address: it gave it back at once.",
                ),
                Panel(
                    "Last move",
                    "When the address last came or went.",
                    [Query(f"{of('hagen_vip_last_transition_timestamp_seconds')} * 1000", BALANCER)],
                    "stat",
                    "dateTimeFromNow",
                    steps=((None, IDLE),),
                ),
            ],
        ),
        Row(
            "Clients",
            [
                graph(
                    "Probes that fail",
                    FAILURES,
                    "{{load_balancer}} {{check}}",
                    "By new connection and by kept connection.",
                    "percentunit",
                    steps=RATIO,
                    maximum=1,
                ),
                graph(
                    "Latency, 99 of 100 probes",
                    f"histogram_quantile(0.99, sum by (load_balancer, check, le) (rate({of('hagen_vip_probe_duration_seconds_bucket')}[$__rate_interval])))",
                    "{{load_balancer}} {{check}}",
                    "Machines of one network answer in milliseconds.",
                    "s",
                    steps=((None, GOOD), (0.5, POOR)),
                ),
            ],
        ),
        Row(
            "Promised and seen",
            [
                graph(
                    "Bound of each fault",
                    highest("fault", "hagen_failover_bound_seconds"),
                    "{{fault}}",
                    "Computed from the live configuration: within so long clients must be served again.",
                    "s",
                ),
                graph(
                    "Mean latency",
                    MEAN_LATENCY,
                    "{{load_balancer}} {{check}}",
                    "Of all probes; beside the slowest above it shows whether a few or all are slow.",
                    "s",
                ),
                graph(
                    "Longest gap since the agent's start",
                    of("hagen_vip_longest_gap_seconds"),
                    "{{load_balancer}} {{check}}",
                    "As the agent's own probes saw it.",
                    "s",
                ),
            ],
        ),
        Row(
            "keepalived and haproxy",
            [
                Panel(
                    "Priorities",
                    "Effective below base: a check fails.",
                    [
                        Query(of("hagen_keepalived_effective_priority"), "{{load_balancer}} effective"),
                        Query(of("hagen_keepalived_base_priority"), "{{load_balancer}} base"),
                    ],
                ),
                Panel(
                    "Adverts",
                    "The holder sends, the others receive as many.",
                    [
                        Query(
                            f"rate({of('hagen_keepalived_adverts_sent_total')}[$__rate_interval])",
                            "{{load_balancer}} sends",
                        ),
                        Query(
                            f"rate({of('hagen_keepalived_adverts_received_total')}[$__rate_interval])",
                            "{{load_balancer}} receives",
                        ),
                        Query(
                            f"rate({of('hagen_keepalived_advert_errors_total')}[$__rate_interval])",
                            "{{load_balancer}} {{reason}}",
                        ),
                    ],
                    unit="pps",
                ),
                graph(
                    "Silence until a backup takes over",
                    of("hagen_keepalived_master_down_interval_seconds"),
                    BALANCER,
                    "From the advert interval and the priority in force.",
                    "s",
                ),
                timeline(
                    "keepalived",
                    of("hagen_keepalived_up"),
                    BALANCER,
                    "Whether its process lives and answers.",
                    "lives",
                    "dead",
                ),
                timeline(
                    "Servers",
                    highest("server", "hagen_lb_server_up"),
                    "{{server}}",
                    "Whether any haproxy sends requests there.",
                    "in rotation",
                    "out",
                ),
            ],
        ),
    ],
)
