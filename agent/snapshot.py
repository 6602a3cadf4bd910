"""What the collectors saw, as plain frozen data. `None` is *unknown* everywhere: it is never read as false or as zero.

A reading is one collector's look at its targets. The snapshot holds the newest reading of each collector that is not
stale; a reading that is too old is not there at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class VRRPState(StrEnum):
    """What keepalived says of itself."""

    INIT = "init"
    BACKUP = "backup"
    MASTER = "master"
    FAULT = "fault"


@dataclass(frozen=True)
class Peer:
    """Another load balancer's agent, asked over the network. `answered` false: it was asked in vain."""

    name: str
    answered: bool
    assigned: bool | None = None  # it says that its kernel has the address


@dataclass(frozen=True)
class Probes:
    """Counters of the loop that uses the virtual IP as clients do, since the agent's start. Seconds.

    `longest_gap`: between a good probe and the next good one. `latencies`: how many good probes took at most so long,
    by the upper bound (cumulative, as a Prometheus histogram counts; the last bound is infinity).
    """

    attempts: int
    failures: int
    unavailable_seconds: float
    longest_gap: float = 0.0
    latencies: Mapping[float, int] = field(default_factory=dict)
    latency_sum: float = 0.0


@dataclass(frozen=True)
class VIPReading:
    """This load balancer's view of the virtual IP.

    `assigned`: the kernel has the address. `responders`: how many different MAC addresses answered one ARP question,
    asked by a host that does not hold it. `keepalived`: whether its process answers; state and priorities as it says.
    """

    assigned: bool | None = None
    gained: int = 0
    lost: int = 0
    last_transition: float | None = None  # seconds since the epoch
    responders: int | None = None
    keepalived: bool | None = None
    state: VRRPState | None = None
    base_priority: int | None = None
    effective_priority: int | None = None
    became_master: int | None = None
    adverts_received: int | None = None
    adverts_sent: int | None = None
    advert_errors: Mapping[str, int] = field(default_factory=dict)  # by keepalived's name of the reason
    peers: tuple[Peer, ...] = ()
    probes: Mapping[str, Probes] = field(default_factory=dict)  # by check: "new", "kept"


@dataclass(frozen=True)
class HaproxyReading:
    """haproxy, asked over its stats socket. `servers`: up or down by "backend/server"; None: not checked."""

    answers: bool
    servers: Mapping[str, bool | None] = field(default_factory=dict)


@dataclass(frozen=True)
class ApiServerReading:
    """/readyz of each API server by its name, and through the virtual IP. None: nobody answered in time.

    `problems`: why there is a None, by the same names; of the virtual IP by "endpoint".
    """

    ready: Mapping[str, bool | None] = field(default_factory=dict)
    endpoint: bool | None = None
    problems: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class EtcdMember:
    """One member. `alive`: it answers at all. `linearizable`: it answered a read that needs a quorum.

    `peers`: whether its connection to each other member (by member id) is active. `alarms`: NOSPACE, CORRUPT;
    None: it was not learnt whether there is one.
    """

    alive: bool | None = None
    linearizable: bool | None = None
    has_leader: bool | None = None
    is_leader: bool | None = None
    leader_changes: float | None = None
    proposals_failed: float | None = None
    database_bytes: float | None = None
    quota_bytes: float | None = None
    peers: Mapping[str, bool] = field(default_factory=dict)
    alarms: tuple[str, ...] | None = None
    problem: str = ""  # why it is not alive, or what it says is wrong


@dataclass(frozen=True)
class EtcdReading:
    """Every configured member, by name."""

    members: Mapping[str, EtcdMember] = field(default_factory=dict)


@dataclass(frozen=True)
class GaleraNode:
    """One database node as it sees itself. `up` false: it was asked and did not answer SQL.

    `state`: wsrep_local_state (1 joining, 2 donor or desynced, 3 joined, 4 synced). `view`: cluster state uuid and
    configuration id, the same on all nodes of one component.
    """

    up: bool
    primary: bool | None = None
    ready: bool | None = None
    connected: bool | None = None
    state: int | None = None
    cluster_size: int | None = None
    view: tuple[str, int] | None = None
    flow_control_paused_seconds: float | None = None
    receive_queue: int | None = None
    last_committed: int | None = None
    certification_failures: int | None = None
    brute_force_aborts: int | None = None
    unreadable: tuple[str, ...] = ()  # status variables whose text means nothing to the agent
    problem: str = ""  # why it is not up, or what it said instead of its status


@dataclass(frozen=True)
class GaleraReading:
    """The database: its custom resource as context, its nodes (by pod) as the truth.

    `unasked`: pods that the question did not get to, and why. They are not among the nodes: nothing is known of them.
    """

    nodes: Mapping[str, GaleraNode] = field(default_factory=dict)
    unasked: Mapping[str, str] = field(default_factory=dict)
    resource_state: str | None = None  # .status.state
    resource_ready: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # component: (ready, desired)
    operator_renewed: float | None = None  # seconds since the epoch: the operator's lease


@dataclass(frozen=True)
class Condition:
    """A condition of a HorizontalPodAutoscaler. `status` None: Unknown."""

    status: bool | None
    reason: str


@dataclass(frozen=True)
class Autoscaler:
    """One HorizontalPodAutoscaler. `present` false: the API says that there is none.

    `targets`: by metric ("cpu"), current and wanted; a utilization as a share of the request (0.7), everything else in
    the metric's own unit (cores, bytes), per pod where the target is an average.
    """

    present: bool
    conditions: Mapping[str, Condition] = field(default_factory=dict)
    minimum: int | None = None
    maximum: int | None = None
    current: int | None = None
    desired: int | None = None
    ready: int | None = None  # ready replicas of what it scales
    last_scale: float | None = None  # seconds since the epoch
    targets: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)


@dataclass(frozen=True)
class HPAReading:
    """Every configured autoscaler, by "namespace/name". `unasked`: namespaces that could not be read, and why."""

    autoscalers: Mapping[str, Autoscaler] = field(default_factory=dict)
    unasked: Mapping[str, str] = field(default_factory=dict)


Reading = VIPReading | HaproxyReading | ApiServerReading | EtcdReading | GaleraReading | HPAReading


@dataclass(frozen=True)
class Run:
    """How a collector's runs go. Seconds; times since the epoch."""

    success: bool | None = None  # of the last finished run
    duration: float | None = None
    last_success: float | None = None
    timeouts: int = 0
    stuck: bool = False  # a run is past its deadline and still there
    problem: str = ""


@dataclass(frozen=True)
class Snapshot:
    """Everything that is known at one time. A reading that is None is unknown: never taken, failed, or stale."""

    time: float
    vip: VIPReading | None = None
    haproxy: HaproxyReading | None = None
    apiserver: ApiServerReading | None = None
    etcd: EtcdReading | None = None
    galera: GaleraReading | None = None
    hpa: HPAReading | None = None
    runs: Mapping[str, Run] = field(default_factory=dict)
