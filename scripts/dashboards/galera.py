"""The database: Galera by its nodes, and the operator."""

from .panels import GALERA_QUORUM, TOLERANCE, chosen, graph, highest, of, state, timeline
from .style import BAD, GOOD, POOR, Dashboard, Panel, Query, Row

GALERA = Dashboard(
    "galera",
    "Database",
    "Galera as each node sees it, and the operator beside it.",
    [
        Row(
            "Verdict",
            [
                state("Primary component", GALERA_QUORUM, "Whether any node is in one.", "primary", "no primary", 6),
                Panel(
                    "Components",
                    "Primary components. More than one takes writes apart from one another.",
                    [Query(highest("namespace, pxc", "hagen_galera_components"))],
                    "stat",
                    width=6,
                    height=4,
                    steps=((None, BAD), (1, GOOD), (2, BAD)),
                ),
                Panel(
                    "May still fail",
                    "Nodes that may fail at once.",
                    [Query(highest("namespace, pxc", "hagen_galera_failure_tolerance"))],
                    "stat",
                    width=6,
                    height=4,
                    steps=TOLERANCE,
                ),
                Panel(
                    "Operator's last sign",
                    "When it renewed its Lease. What the resource says is as old.",
                    [Query(f"time() - {highest('namespace', 'hagen_pxc_operator_lease_timestamp_seconds')}")],
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
                Panel(
                    "How many take queries",
                    "Nodes that are ready, beside how many there are.",
                    [
                        Query(f"sum({highest('node', 'hagen_galera_node_ready')})", "ready"),
                        Query(highest("namespace, pxc", "hagen_galera_nodes_expected"), "there are"),
                    ],
                    width=24,
                ),
                timeline(
                    "Answers SQL",
                    highest("node", "hagen_galera_node_up"),
                    "{{node}}",
                    "Asked directly, not through a Service.",
                    "answers",
                    "silent",
                ),
                timeline(
                    "In the primary component",
                    highest("node", "hagen_galera_node_primary"),
                    "{{node}}",
                    "As the node says.",
                    "primary",
                    "outside",
                ),
                chosen(
                    "State",
                    highest("node, state", "hagen_galera_node_state"),
                    "{{node}} {{state}}",
                    "Synced is right; donor while another node copies from it.",
                ),
                timeline(
                    "Takes queries", highest("node", "hagen_galera_node_ready"), "{{node}}", "wsrep_ready.", "yes", "no"
                ),
                timeline(
                    "Connected",
                    highest("node", "hagen_galera_node_connected"),
                    "{{node}}",
                    "To any other node.",
                    "yes",
                    "no",
                ),
                graph(
                    "Size of the cluster",
                    highest("node", "hagen_galera_node_cluster_size"),
                    "{{node}}",
                    "As each node sees it; all should agree.",
                ),
            ],
        ),
        Row(
            "Replication",
            [
                graph(
                    "Writes held up",
                    f"rate({of('hagen_galera_node_flow_control_paused_seconds_total')}[$__rate_interval])",
                    "{{load_balancer}} {{node}}",
                    "Share of the time in which flow control stops all writes.",
                    "percentunit",
                    steps=((None, GOOD), (0.1, POOR)),
                    maximum=1,
                ),
                graph(
                    "Waiting to be applied",
                    highest("node", "hagen_galera_node_recv_queue"),
                    "{{node}}",
                    "Transactions of the others. Near zero is right.",
                    steps=((None, GOOD), (100, POOR)),
                ),
                graph(
                    "Behind",
                    f"scalar(max({of('hagen_galera_node_last_committed')})) - {highest('node', 'hagen_galera_node_last_committed')}",
                    "{{node}}",
                    "Transactions behind the furthest node.",
                    steps=((None, GOOD), (1000, POOR)),
                ),
                Panel(
                    "Conflicts",
                    "Transactions rolled back because another node changed the same rows.",
                    [
                        Query(
                            f"rate({of('hagen_galera_node_cert_failures_total')}[$__rate_interval])",
                            "{{load_balancer}} {{node}} certification",
                        ),
                        Query(
                            f"rate({of('hagen_galera_node_bf_aborts_total')}[$__rate_interval])",
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
                chosen(
                    "State of the resource",
                    highest("pxc, state", "hagen_pxc_state"),
                    "{{pxc}} {{state}}",
                    "Context only: it cannot say that the quorum is lost.",
                ),
                Panel(
                    "Pods",
                    "Ready against wanted.",
                    [
                        Query(highest("component", "hagen_pxc_nodes_ready"), "{{component}} ready"),
                        Query(highest("component", "hagen_pxc_nodes_desired"), "{{component}} wanted"),
                    ],
                ),
                graph(
                    "Status that the agent cannot read",
                    of("hagen_galera_node_unreadable_variables"),
                    "{{load_balancer}} {{node}}",
                    "Variables whose text means nothing to the agent. There should be none; a new version may bring some.",
                    steps=((None, GOOD), (1, POOR)),
                ),
            ],
        ),
    ],
)
