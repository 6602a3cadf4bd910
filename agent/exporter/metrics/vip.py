"""Who has the virtual IP, by witnesses that do not depend on keepalived, and what its clients notice."""

from collections.abc import Callable, Iterator

from ...snapshot import Probes, VIPReading
from ..metric import Distribution, Kind, Metric, Sample, Value
from ..sources import View

_PROBES = "the agent's own loop of connections to the address, on new and on kept connections"
_JUDGED = "judged from the kernel, ARP and the peers' answers"


def _address(view: View) -> str:
    return str(view.config.virtual_ip.address)


def _of_reading(read: Callable[[VIPReading], float | None]) -> Callable[[View], Iterator[Sample]]:
    def samples(view: View) -> Iterator[Sample]:
        if view.snapshot.vip is not None:
            yield (_address(view),), read(view.snapshot.vip)

    return samples


def _of_probes(read: Callable[[Probes], Value]) -> Callable[[View], Iterator[Sample]]:
    def samples(view: View) -> Iterator[Sample]:
        if view.snapshot.vip is not None:
            for check, probes in view.snapshot.vip.probes.items():
                yield (_address(view), check), read(probes)

    return samples


def _assigned(view: View) -> Iterator[Sample]:
    if view.snapshot.vip is not None:
        yield (_address(view), view.config.virtual_ip.interface), view.snapshot.vip.assigned


def _transitions(view: View) -> Iterator[Sample]:
    if view.snapshot.vip is not None:
        yield (_address(view), "gained"), view.snapshot.vip.gained
        yield (_address(view), "lost"), view.snapshot.vip.lost


def _peer_up(view: View) -> Iterator[Sample]:
    if view.snapshot.vip is not None:
        for peer in view.snapshot.vip.peers:
            yield (peer.name,), peer.answered


def _peer_assigned(view: View) -> Iterator[Sample]:
    if view.snapshot.vip is not None:
        for peer in view.snapshot.vip.peers:
            yield (_address(view), peer.name), peer.assigned if peer.answered else None


METRICS = (
    Metric(
        "vip_assigned",
        Kind.GAUGE,
        "Whether this host's kernel has the virtual IP (1) or not (0).",
        "the kernel's list of addresses (RTM_GETADDR)",
        ("vip", "interface"),
        _assigned,
    ),
    Metric(
        "vip_held",
        Kind.GAUGE,
        "Whether exactly one load balancer has the virtual IP.",
        _JUDGED,
        ("vip",),
        lambda view: [((_address(view),), view.health.vip.held)],
    ),
    Metric(
        "vip_split_brain",
        Kind.GAUGE,
        "Whether some witness sees two holders of the virtual IP at the same time.",
        _JUDGED,
        ("vip",),
        lambda view: [((_address(view),), view.health.vip.split_brain)],
    ),
    Metric(
        "vip_orphan",
        Kind.GAUGE,
        "Whether this kernel has the virtual IP and no living keepalived stands behind it.",
        "judged from the kernel and keepalived",
        ("vip",),
        lambda view: [((_address(view),), view.health.vip.orphan)],
    ),
    Metric(
        "vip_arp_responders",
        Kind.GAUGE,
        "How many MAC addresses answered one ARP question for the virtual IP, asked by a host without it.",
        "ARP replies on the interface",
        ("vip",),
        _of_reading(lambda reading: reading.responders),
    ),
    Metric(
        "vip_peer_assigned",
        Kind.GAUGE,
        "Whether another load balancer's kernel has the virtual IP, as its agent says.",
        "/vip of the peer's agent",
        ("vip", "peer"),
        _peer_assigned,
    ),
    Metric(
        "peer_up",
        Kind.GAUGE,
        "Whether another load balancer's agent answers.",
        "/vip of the peer's agent",
        ("peer",),
        _peer_up,
    ),
    Metric(
        "vip_transitions_total",
        Kind.COUNTER,
        "How often this kernel gained or lost the virtual IP since the agent's start.",
        "the kernel's address events (RTM_NEWADDR, RTM_DELADDR)",
        ("vip", "direction"),
        _transitions,
    ),
    Metric(
        "vip_last_transition_timestamp_seconds",
        Kind.GAUGE,
        "When this kernel last gained or lost the virtual IP, in seconds since the epoch.",
        "the kernel's address events (RTM_NEWADDR, RTM_DELADDR)",
        ("vip",),
        _of_reading(lambda reading: reading.last_transition),
    ),
    Metric(
        "vip_probes_total",
        Kind.COUNTER,
        "Probes through the virtual IP since the agent's start.",
        _PROBES,
        ("vip", "check"),
        _of_probes(lambda probes: probes.attempts),
    ),
    Metric(
        "vip_probe_failures_total",
        Kind.COUNTER,
        "Probes through the virtual IP that failed since the agent's start.",
        _PROBES,
        ("vip", "check"),
        _of_probes(lambda probes: probes.failures),
    ),
    Metric(
        "vip_unavailable_seconds_total",
        Kind.COUNTER,
        "Seconds without service through the virtual IP since the agent's start.",
        _PROBES,
        ("vip", "check"),
        _of_probes(lambda probes: probes.unavailable_seconds),
    ),
    Metric(
        "vip_longest_gap_seconds",
        Kind.GAUGE,
        "Longest time between a good probe and the next good one since the agent's start, in seconds.",
        _PROBES,
        ("vip", "check"),
        _of_probes(lambda probes: probes.longest_gap),
    ),
    Metric(
        "vip_probe_duration_seconds",
        Kind.HISTOGRAM,
        "How long good probes through the virtual IP took, in seconds.",
        _PROBES,
        ("vip", "check"),
        _of_probes(lambda probes: Distribution(probes.latencies, probes.latency_sum)),
    ),
)
