"""What each dashboard shows. Facts of several agents are combined as the rules do it: "up" is believed of any."""

from collections.abc import Sequence

from .style import BAD, GOOD, IDLE, OWN, POOR, Dashboard, Panel, Query, Row, yes_no

Steps = Sequence[tuple[float | None, str]]
_BALANCER = "{{load_balancer}}"
_TOLERANCE = ((None, BAD), (1, GOOD))
_RATIO = ((None, GOOD), (0.01, POOR), (0.5, BAD))


def _state(title: str, expr: str, description: str, yes: str, no: str, width: int = 4) -> Panel:
    return Panel(title, description, [Query(expr)], "stat", width=width, height=4, text=yes_no(yes, no))


def _timeline(title: str, expr: str, legend: str, description: str, yes: str, no: str) -> Panel:
    return Panel(title, description, [Query(expr, legend)], "state-timeline", text=yes_no(yes, no), maximum=1)


def _chosen(title: str, expr: str, legend: str, description: str) -> Panel:
    """A set of states, of which one is 1 at a time."""
    names = {"1": ("is", GOOD), "0": ("is not", "transparent")}
    return Panel(title, description, [Query(expr, legend)], "state-timeline", text=names, maximum=1)


def _graph(
    title: str,
    expr: str,
    legend: str,
    description: str,
    unit: str = "short",
    steps: Steps = ((None, GOOD),),
    maximum: float | None = None,
) -> Panel:
    return Panel(title, description, [Query(expr, legend)], unit=unit, steps=steps, maximum=maximum)


def _in(metric: str, more: str = "") -> str:
    return f"{metric}{{{OWN}{', ' + more if more else ''}}}"


def _max(by: str, metric: str, more: str = "") -> str:
    return f"max by ({by}) ({_in(metric, more)})"


QUORUM = _max("cluster", "hagen_etcd_quorum")
GALERA_QUORUM = _max("namespace, pxc", "hagen_galera_quorum")
FAILURES = (
    f"sum by (load_balancer, check) (rate({_in('hagen_vip_probe_failures_total')}[$__rate_interval]))"
    f" / sum by (load_balancer, check) (rate({_in('hagen_vip_probes_total')}[$__rate_interval]))"
)
BLIND = _max("namespace, hpa", "hagen_hpa_condition", 'condition="ScalingActive", status="false"')
HOLDER = f"sum by (vip) ({_max('vip, load_balancer', 'hagen_vip_assigned')})"

OVERVIEW = Dashboard(
    "overview",
    "Overview",
    "Is the high availability of this cluster there? Everything green: any one machine may fail.",
    [
        Row(
            "Verdicts",
            [
                Panel(
                    "Virtual IP",
                    "How many load balancers hold the address. Exactly one is right; two is a split brain.",
                    [Query(HOLDER, "{{vip}}")],
                    "stat",
                    width=4,
                    height=4,
                    steps=((None, BAD), (1, GOOD), (2, BAD)),
                    text={"0": ("nobody", BAD), "1": ("one holder", GOOD), "2": ("two holders", BAD)},
                ),
                _state(
                    "etcd",
                    QUORUM,
                    "Whether a majority of the members answers. Without it nothing can be changed.",
                    "quorum",
                    "no quorum",
                ),
                Panel(
                    "etcd may lose",
                    "Members that may still fail. At 0 the next failure stops all writes.",
                    [Query(_max("cluster", "hagen_etcd_failure_tolerance"))],
                    "stat",
                    width=4,
                    height=4,
                    steps=_TOLERANCE,
                ),
                _state(
                    "Database",
                    GALERA_QUORUM,
                    "Whether a primary component exists. Without it nothing is read or written.",
                    "primary",
                    "no primary",
                ),
                Panel(
                    "Database may lose",
                    "Nodes that may still fail at once.",
                    [Query(_max("namespace, pxc", "hagen_galera_failure_tolerance"))],
                    "stat",
                    width=4,
                    height=4,
                    steps=_TOLERANCE,
                ),
                Panel(
                    "Autoscalers blind",
                    "Autoscalers that get no metrics. None is right.",
                    [Query(f"count({BLIND} == 1) or vector(0)")],
                    "stat",
                    width=4,
                    height=4,
                    steps=((None, GOOD), (1, POOR)),
                ),
            ],
        ),
        Row(
            "What clients see",
            [
                _graph(
                    "Probes that fail",
                    FAILURES,
                    "{{load_balancer}} {{check}}",
                    "Share of the requests through the virtual IP that fail. Flat at zero is right.",
                    "percentunit",
                    steps=_RATIO,
                    maximum=1,
                ),
                _graph(
                    "Seconds without an answer",
                    f"increase({_in('hagen_vip_unavailable_seconds_total')}[$__rate_interval])",
                    _BALANCER,
                    "Time in which nobody answered through the virtual IP. A failover shows as a small peak.",
                    "s",
                ),
            ],
        ),
        Row(
            "Machines",
            [
                _timeline(
                    "API servers",
                    _max("target", "hagen_apiserver_ready"),
                    "{{target}}",
                    "/readyz of each API server, asked directly and through the virtual IP.",
                    "ready",
                    "not ready",
                ),
                _timeline(
                    "haproxy",
                    _max("load_balancer", "hagen_lb_process_up"),
                    _BALANCER,
                    "Whether haproxy answers for itself.",
                    "answers",
                    "silent",
                ),
            ],
        ),
        Row(
            "The agents themselves",
            [
                _timeline(
                    "Agents",
                    f'up{{job="hagen-agent", {OWN}}}',
                    _BALANCER,
                    "Whether Prometheus reaches each agent.",
                    "seen",
                    "not seen",
                ),
                _timeline(
                    "Collectors",
                    _in("hagen_collector_success"),
                    "{{load_balancer}} {{collector}}",
                    "Whether the last run learnt anything. Where it did not, values are absent, not old.",
                    "reads",
                    "fails",
                ),
                _graph(
                    "Duration of a run",
                    _in("hagen_collector_duration_seconds"),
                    "{{load_balancer}} {{collector}}",
                    "Long runs announce a slow target.",
                    "s",
                ),
                _graph(
                    "Runs past their deadline",
                    f"increase({_in('hagen_collector_timeouts_total')}[$__rate_interval])",
                    "{{load_balancer}} {{collector}}",
                    "A run that is given up. None is right.",
                ),
            ],
        ),
    ],
)

VIP = Dashboard(
    "vip",
    "Virtual IP",
    "Who holds the address, what keepalived says, and what clients see.",
    [
        Row(
            "Witnesses",
            [
                _timeline(
                    "Kernels",
                    _max("load_balancer, vip", "hagen_vip_assigned"),
                    "{{load_balancer}} {{vip}}",
                    "Which kernel has the address: the truth. Two at a time is a split brain.",
                    "holds",
                    "does not",
                ),
                _chosen(
                    "keepalived says",
                    f"{_in('hagen_keepalived_vrrp_state')}",
                    "{{load_balancer}} {{state}}",
                    "What keepalived claims. A master whose kernel lacks the address, or an address without a master, is a fault.",
                ),
                _graph(
                    "MAC addresses that answer ARP",
                    _in("hagen_vip_arp_responders"),
                    "{{load_balancer}} {{vip}}",
                    "Asked by a host that does not hold the address. One is right.",
                    steps=((None, GOOD), (2, BAD)),
                ),
                _timeline(
                    "Peers",
                    _in("hagen_peer_up"),
                    "{{load_balancer}} asks {{peer}}",
                    "Whether the agents reach one another.",
                    "answers",
                    "silent",
                ),
            ],
        ),
        Row(
            "Moves",
            [
                _graph(
                    "Gains and losses",
                    f"increase({_in('hagen_vip_transitions_total')}[$__rate_interval])",
                    "{{load_balancer}} {{direction}}",
                    "Every gain and loss of the address that the kernel reported.",
                ),
                Panel(
                    "Last move",
                    "When the address last came or went.",
                    [Query(f"{_in('hagen_vip_last_transition_timestamp_seconds')} * 1000", _BALANCER)],
                    "stat",
                    "dateTimeFromNow",
                    steps=((None, IDLE),),
                ),
            ],
        ),
        Row(
            "Clients",
            [
                _graph(
                    "Probes that fail",
                    FAILURES,
                    "{{load_balancer}} {{check}}",
                    "By new connection and by kept connection.",
                    "percentunit",
                    steps=_RATIO,
                    maximum=1,
                ),
                _graph(
                    "Latency, 99 of 100 probes",
                    f"histogram_quantile(0.99, sum by (load_balancer, check, le) (rate({_in('hagen_vip_probe_duration_seconds_bucket')}[$__rate_interval])))",
                    "{{load_balancer}} {{check}}",
                    "Machines of one network answer in milliseconds.",
                    "s",
                    steps=((None, GOOD), (0.5, POOR)),
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
                        Query(_in("hagen_keepalived_effective_priority"), "{{load_balancer}} effective"),
                        Query(_in("hagen_keepalived_base_priority"), "{{load_balancer}} base"),
                    ],
                ),
                Panel(
                    "Adverts",
                    "The holder sends, the others receive as many.",
                    [
                        Query(
                            f"rate({_in('hagen_keepalived_adverts_sent_total')}[$__rate_interval])",
                            "{{load_balancer}} sends",
                        ),
                        Query(
                            f"rate({_in('hagen_keepalived_adverts_received_total')}[$__rate_interval])",
                            "{{load_balancer}} receives",
                        ),
                        Query(
                            f"rate({_in('hagen_keepalived_advert_errors_total')}[$__rate_interval])",
                            "{{load_balancer}} {{reason}}",
                        ),
                    ],
                    unit="pps",
                ),
                _graph(
                    "Silence until a backup takes over",
                    _in("hagen_keepalived_master_down_interval_seconds"),
                    _BALANCER,
                    "From the advert interval and the priority in force.",
                    "s",
                ),
                _timeline(
                    "keepalived",
                    _in("hagen_keepalived_up"),
                    _BALANCER,
                    "Whether its process lives and answers.",
                    "lives",
                    "dead",
                ),
                _timeline(
                    "Servers",
                    _max("server", "hagen_lb_server_up"),
                    "{{server}}",
                    "Whether any haproxy sends requests there.",
                    "in rotation",
                    "out",
                ),
            ],
        ),
    ],
)

ETCD = Dashboard(
    "etcd",
    "etcd",
    "Whether etcd can write, and how many members may still fail.",
    [
        Row(
            "Verdict",
            [
                _state(
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
                    [Query(_max("cluster", "hagen_etcd_failure_tolerance"))],
                    "stat",
                    width=8,
                    height=4,
                    steps=_TOLERANCE,
                ),
                Panel(
                    "Leaders",
                    "Members that take themselves for the leader. One is right.",
                    [Query(f"sum({_max('member', 'hagen_etcd_member_is_leader')})")],
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
                _timeline(
                    "Alive",
                    _max("member", "hagen_etcd_member_live"),
                    "{{member}}",
                    "Answers at all.",
                    "lives",
                    "silent",
                ),
                _timeline(
                    "Ready",
                    _max("member", "hagen_etcd_member_ready"),
                    "{{member}}",
                    "Answers a read that needs a majority.",
                    "ready",
                    "not ready",
                ),
                _timeline(
                    "Sees a leader",
                    _max("member", "hagen_etcd_member_has_leader"),
                    "{{member}}",
                    "From the member's own place in the network.",
                    "yes",
                    "no",
                ),
                _timeline(
                    "Connections",
                    _max("member, peer", "hagen_etcd_peer_active"),
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
                _graph(
                    "Changes of the leader",
                    f"increase({_in('hagen_etcd_leader_changes_total')}[$__rate_interval])",
                    "{{load_balancer}} {{member}}",
                    "Now and then one, after a failure. Many: slow disks or a bad network.",
                ),
                _graph(
                    "Writes that failed",
                    f"increase({_in('hagen_etcd_proposals_failed_total')}[$__rate_interval])",
                    "{{load_balancer}} {{member}}",
                    "None is right.",
                ),
                _graph(
                    "Database, share of its quota",
                    f"{_max('member', 'hagen_etcd_db_size_bytes')} / {_max('member', 'hagen_etcd_db_quota_bytes')}",
                    "{{member}}",
                    "At 100 % etcd refuses writes.",
                    "percentunit",
                    steps=((None, GOOD), (0.8, POOR), (0.95, BAD)),
                    maximum=1,
                ),
                _timeline(
                    "Alarms",
                    f"1 - {_max('member, alarm', 'hagen_etcd_alarm')}",
                    "{{member}} {{alarm}}",
                    "An alarm stops all writes until it is cleared.",
                    "none",
                    "raised",
                ),
            ],
        ),
    ],
)

GALERA = Dashboard(
    "galera",
    "Database",
    "Galera as each node sees it, and the operator beside it.",
    [
        Row(
            "Verdict",
            [
                _state("Primary component", GALERA_QUORUM, "Whether any node is in one.", "primary", "no primary", 6),
                Panel(
                    "Components",
                    "Primary components. More than one takes writes apart from one another.",
                    [Query(_max("namespace, pxc", "hagen_galera_components"))],
                    "stat",
                    width=6,
                    height=4,
                    steps=((None, BAD), (1, GOOD), (2, BAD)),
                ),
                Panel(
                    "May still fail",
                    "Nodes that may fail at once.",
                    [Query(_max("namespace, pxc", "hagen_galera_failure_tolerance"))],
                    "stat",
                    width=6,
                    height=4,
                    steps=_TOLERANCE,
                ),
                Panel(
                    "Operator's last sign",
                    "When it renewed its Lease. What the resource says is as old.",
                    [Query(f"time() - {_max('namespace', 'hagen_pxc_operator_lease_timestamp_seconds')}")],
                    "stat",
                    "s",
                    width=6,
                    height=4,
                    steps=((None, GOOD), (60, POOR), (120, BAD)),
                ),
            ],
        ),
        Row(
            "Nodes",
            [
                _timeline(
                    "Answers SQL",
                    _max("node", "hagen_galera_node_up"),
                    "{{node}}",
                    "Asked directly, not through a Service.",
                    "answers",
                    "silent",
                ),
                _timeline(
                    "In the primary component",
                    _max("node", "hagen_galera_node_primary"),
                    "{{node}}",
                    "As the node says.",
                    "primary",
                    "outside",
                ),
                _chosen(
                    "State",
                    _max("node, state", "hagen_galera_node_state"),
                    "{{node}} {{state}}",
                    "Synced is right; donor while another node copies from it.",
                ),
                _timeline(
                    "Takes queries", _max("node", "hagen_galera_node_ready"), "{{node}}", "wsrep_ready.", "yes", "no"
                ),
                _timeline(
                    "Connected",
                    _max("node", "hagen_galera_node_connected"),
                    "{{node}}",
                    "To any other node.",
                    "yes",
                    "no",
                ),
                _graph(
                    "Size of the cluster",
                    _max("node", "hagen_galera_node_cluster_size"),
                    "{{node}}",
                    "As each node sees it; all should agree.",
                ),
            ],
        ),
        Row(
            "Replication",
            [
                _graph(
                    "Writes held up",
                    f"rate({_in('hagen_galera_node_flow_control_paused_seconds_total')}[$__rate_interval])",
                    "{{load_balancer}} {{node}}",
                    "Share of the time in which flow control stops all writes.",
                    "percentunit",
                    steps=((None, GOOD), (0.1, POOR)),
                    maximum=1,
                ),
                _graph(
                    "Waiting to be applied",
                    _max("node", "hagen_galera_node_recv_queue"),
                    "{{node}}",
                    "Transactions of the others. Near zero is right.",
                    steps=((None, GOOD), (100, POOR)),
                ),
                _graph(
                    "Behind",
                    f"scalar(max({_in('hagen_galera_node_last_committed')})) - {_max('node', 'hagen_galera_node_last_committed')}",
                    "{{node}}",
                    "Transactions behind the furthest node.",
                    steps=((None, GOOD), (1000, POOR)),
                ),
                Panel(
                    "Conflicts",
                    "Transactions rolled back because another node changed the same rows.",
                    [
                        Query(
                            f"rate({_in('hagen_galera_node_cert_failures_total')}[$__rate_interval])",
                            "{{load_balancer}} {{node}} certification",
                        ),
                        Query(
                            f"rate({_in('hagen_galera_node_bf_aborts_total')}[$__rate_interval])",
                            "{{load_balancer}} {{node}} aborted",
                        ),
                    ],
                    unit="ops",
                ),
            ],
        ),
        Row(
            "What the operator says",
            [
                _chosen(
                    "State of the resource",
                    _max("pxc, state", "hagen_pxc_state"),
                    "{{pxc}} {{state}}",
                    "Context only: it cannot say that the quorum is lost.",
                ),
                Panel(
                    "Pods",
                    "Ready against wanted.",
                    [
                        Query(_max("component", "hagen_pxc_nodes_ready"), "{{component}} ready"),
                        Query(_max("component", "hagen_pxc_nodes_desired"), "{{component}} wanted"),
                    ],
                ),
            ],
        ),
    ],
)

HPA = Dashboard(
    "hpa",
    "Autoscalers",
    "Whether each HorizontalPodAutoscaler sees and acts.",
    [
        Row(
            "Replicas",
            [
                Panel(
                    "Replicas",
                    "Wanted and current should meet; at the maximum there is no more to come.",
                    [
                        Query(
                            _max("namespace, hpa", f"hagen_hpa_{kind}_replicas"),
                            f"{{{{namespace}}}}/{{{{hpa}}}} {kind}",
                        )
                        for kind in ("min", "max", "current", "desired")
                    ],
                    width=24,
                    height=9,
                ),
                _graph(
                    "Ready",
                    _max("namespace, hpa", "hagen_hpa_target_ready_replicas"),
                    "{{namespace}}/{{hpa}}",
                    "Replicas that serve. Below the wanted for long: capacity does not arrive.",
                ),
                Panel(
                    "Last scaling",
                    "When the number of replicas was last changed.",
                    [
                        Query(
                            f"{_max('namespace, hpa', 'hagen_hpa_last_scale_timestamp_seconds')} * 1000",
                            "{{namespace}}/{{hpa}}",
                        )
                    ],
                    "stat",
                    "dateTimeFromNow",
                    steps=((None, IDLE),),
                ),
            ],
        ),
        Row(
            "Conditions",
            [
                _timeline(
                    "Sees its metrics",
                    _max("namespace, hpa", "hagen_hpa_condition", 'condition="ScalingActive", status="true"'),
                    "{{namespace}}/{{hpa}}",
                    "ScalingActive. False: blind, or scaled to zero by hand.",
                    "sees",
                    "blind",
                ),
                _timeline(
                    "Can scale",
                    _max("namespace, hpa", "hagen_hpa_condition", 'condition="AbleToScale", status="true"'),
                    "{{namespace}}/{{hpa}}",
                    "AbleToScale.",
                    "can",
                    "cannot",
                ),
                Panel(
                    "Reasons",
                    "What the controller says. ScalingLimited is normal at the minimum; TooManyReplicas is not.",
                    [Query(f"{_max('namespace, hpa, condition, reason', 'hagen_hpa_condition_reason_info')} == 1")],
                    "table",
                    width=24,
                ),
            ],
        ),
    ],
)

DASHBOARDS = (OVERVIEW, VIP, ETCD, GALERA, HPA)
