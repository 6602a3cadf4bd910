"""The database: judged as a whole, each node by its own word, and the custom resource beside it."""

from collections.abc import Callable, Iterator

from ...snapshot import GaleraNode, GaleraReading
from ..metric import Kind, Metric, Sample, states
from ..sources import View

_STATES = {1: "joining", 2: "donor_desynced", 3: "joined", 4: "synced"}
_RESOURCE_STATES = ("initializing", "paused", "stopping", "ready", "error", "unknown")
_CLUSTER = ("namespace", "pxc")
_NODE = (*_CLUSTER, "node")
_JUDGED = "judged from every node's own view, and a second witness"


def _cluster(view: View) -> tuple[str, str]:
    return view.config.galera.namespace, view.config.galera.name


def _whole(read: Callable[[View], float | None]) -> Callable[[View], Iterator[Sample]]:
    def samples(view: View) -> Iterator[Sample]:
        yield _cluster(view), read(view)

    return samples


def _of_reading(view: View) -> GaleraReading:
    return view.snapshot.galera or GaleraReading()


def _each(read: Callable[[GaleraNode], float | None]) -> Callable[[View], Iterator[Sample]]:
    def samples(view: View) -> Iterator[Sample]:
        for name, node in _of_reading(view).nodes.items():
            yield (*_cluster(view), name), read(node)

    return samples


def _unread(node: GaleraNode) -> int | None:
    return len(node.unreadable) if node.up else None


def _node_states(view: View) -> Iterator[Sample]:
    for name, node in _of_reading(view).nodes.items():
        state = None if node.state is None else _STATES.get(node.state)
        yield from states(_STATES.values(), state, *_cluster(view), name)


def _resource_states(view: View) -> Iterator[Sample]:
    state = _of_reading(view).resource_state
    known = state if state is None or state in _RESOURCE_STATES else "unknown"
    yield from states(_RESOURCE_STATES, known, *_cluster(view))


def _resource_ready(place: int) -> Callable[[View], Iterator[Sample]]:
    def samples(view: View) -> Iterator[Sample]:
        for component, counts in _of_reading(view).resource_ready.items():
            yield (*_cluster(view), component), counts[place]

    return samples


def _lease(view: View) -> Iterator[Sample]:
    operator = view.config.galera.operator
    yield (operator.namespace if operator else _cluster(view)[0],), _of_reading(view).operator_renewed


def _status(name: str, kind: Kind, meaning: str, variable: str, read: Callable[[GaleraNode], float | None]) -> Metric:
    """A metric for each node, out of one status variable."""
    return Metric(f"galera_node_{name}", kind, meaning, f"{variable} of the node", _NODE, _each(read))


METRICS = (
    Metric(
        "galera_nodes_expected",
        Kind.GAUGE,
        "How many nodes the database has.",
        "agent.yaml",
        _CLUSTER,
        _whole(lambda view: view.config.galera.size),
    ),
    Metric(
        "galera_quorum",
        Kind.GAUGE,
        "Whether there is a primary component, so that the database takes writes; absent while neither is proven.",
        _JUDGED,
        _CLUSTER,
        _whole(lambda view: view.health.galera.quorum),
    ),
    Metric(
        "galera_components",
        Kind.GAUGE,
        "How many primary components there are; more than 1 is a split brain.",
        _JUDGED,
        _CLUSTER,
        _whole(lambda view: view.health.galera.components),
    ),
    Metric(
        "galera_failure_tolerance",
        Kind.GAUGE,
        "How many more nodes may fail at once; at 0 the next failure stops all writes.",
        _JUDGED,
        _CLUSTER,
        _whole(lambda view: view.health.galera.tolerance),
    ),
    Metric(
        "galera_node_up",
        Kind.GAUGE,
        "Whether a node answers SQL; absent when the question did not get to it.",
        "SQL to the pod through the API server",
        _NODE,
        _each(lambda node: node.up),
    ),
    _status(
        "primary",
        Kind.GAUGE,
        "Whether a node is in a primary component.",
        "wsrep_cluster_status",
        lambda node: node.primary,
    ),
    _status("ready", Kind.GAUGE, "Whether a node takes queries.", "wsrep_ready", lambda node: node.ready),
    _status(
        "connected",
        Kind.GAUGE,
        "Whether a node is connected to its group.",
        "wsrep_connected",
        lambda node: node.connected,
    ),
    Metric(
        "galera_node_state",
        Kind.STATES,
        "Where a node stands: joining, donor or desynced, joined, or synced.",
        "wsrep_local_state of the node",
        (*_NODE, "state"),
        _node_states,
    ),
    _status(
        "cluster_size",
        Kind.GAUGE,
        "How many nodes a node sees in its component, itself included.",
        "wsrep_cluster_size",
        lambda node: node.cluster_size,
    ),
    _status(
        "recv_queue",
        Kind.GAUGE,
        "Write sets that wait on a node to be applied.",
        "wsrep_local_recv_queue",
        lambda node: node.receive_queue,
    ),
    _status(
        "last_committed",
        Kind.GAUGE,
        "Sequence number of the last write set that a node has committed; behind the largest of all: its lag.",
        "wsrep_last_committed",
        lambda node: node.last_committed,
    ),
    _status(
        "flow_control_paused_seconds_total",
        Kind.COUNTER,
        "Seconds for which replication was paused on a node since its start.",
        "wsrep_flow_control_paused_ns",
        lambda node: node.flow_control_paused_seconds,
    ),
    _status(
        "cert_failures_total",
        Kind.COUNTER,
        "Transactions of a node that failed certification since its start.",
        "wsrep_local_cert_failures",
        lambda node: node.certification_failures,
    ),
    _status(
        "bf_aborts_total",
        Kind.COUNTER,
        "Transactions of a node that a replicated one aborted since its start.",
        "wsrep_local_bf_aborts",
        lambda node: node.brute_force_aborts,
    ),
    _status(
        "unreadable_variables",
        Kind.GAUGE,
        "How many status variables of a node have a text that means nothing to the agent; their metrics are absent.",
        "SHOW GLOBAL STATUS",
        _unread,
    ),
    Metric(
        "pxc_state",
        Kind.STATES,
        "What the operator says of the database. Context only: it cannot say that quorum is lost.",
        ".status.state of the PerconaXtraDBCluster",
        (*_CLUSTER, "state"),
        _resource_states,
    ),
    Metric(
        "pxc_nodes_ready",
        Kind.GAUGE,
        "Pods of a component that the operator counts as ready.",
        ".status of the PerconaXtraDBCluster",
        (*_CLUSTER, "component"),
        _resource_ready(0),
    ),
    Metric(
        "pxc_nodes_desired",
        Kind.GAUGE,
        "Pods of a component that the operator wants.",
        ".status of the PerconaXtraDBCluster",
        (*_CLUSTER, "component"),
        _resource_ready(1),
    ),
    Metric(
        "pxc_operator_lease_timestamp_seconds",
        Kind.GAUGE,
        "When the operator last renewed its lease, in seconds since the epoch; an old one: its words are old.",
        "the operator's Lease",
        ("namespace",),
        _lease,
    ),
)
