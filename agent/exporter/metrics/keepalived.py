"""What keepalived says of itself. Claims, to be held against the kernel's word (`vip_assigned`)."""

from collections.abc import Callable, Iterator

from ...snapshot import VIPReading, VRRPState
from ..metric import Kind, Metric, Sample, states
from ..sources import View

_DUMP = "keepalived's own dump"


def _of_instance(read: Callable[[VIPReading], float | None]) -> Callable[[View], Iterator[Sample]]:
    def samples(view: View) -> Iterator[Sample]:
        if view.snapshot.vip is not None:
            yield (view.config.virtual_ip.vrrp_instance,), read(view.snapshot.vip)

    return samples


def _up(view: View) -> Iterator[Sample]:
    yield (), view.snapshot.vip.keepalived if view.snapshot.vip else None


def _state(view: View) -> Iterator[Sample]:
    if view.snapshot.vip is not None:
        yield from states(VRRPState, view.snapshot.vip.state, view.config.virtual_ip.vrrp_instance)


def _errors(view: View) -> Iterator[Sample]:
    if view.snapshot.vip is not None:
        for reason, count in view.snapshot.vip.advert_errors.items():
            yield (view.config.virtual_ip.vrrp_instance, reason), count


METRICS = (
    Metric("keepalived_up", Kind.GAUGE, "Whether keepalived is alive and answers.", _DUMP, (), _up),
    Metric(
        "keepalived_vrrp_state",
        Kind.STATES,
        "What keepalived says it is: init, backup, master or fault.",
        _DUMP,
        ("vrrp_instance", "state"),
        _state,
    ),
    Metric(
        "keepalived_base_priority",
        Kind.GAUGE,
        "VRRP priority (1 to 254) as configured.",
        _DUMP,
        ("vrrp_instance",),
        _of_instance(lambda reading: reading.base_priority),
    ),
    Metric(
        "keepalived_effective_priority",
        Kind.GAUGE,
        "VRRP priority (1 to 254) in force; below the base priority while a check fails.",
        _DUMP,
        ("vrrp_instance",),
        _of_instance(lambda reading: reading.effective_priority),
    ),
    Metric(
        "keepalived_master_down_interval_seconds",
        Kind.GAUGE,
        "Seconds of silence after which this host becomes master: 3 adverts and the skew of its priority (RFC 9568).",
        "computed from the advert interval and the effective priority",
        ("vrrp_instance",),
        lambda view: [((view.config.virtual_ip.vrrp_instance,), view.health.vip.master_down_interval)],
    ),
    Metric(
        "keepalived_master_transitions_total",
        Kind.COUNTER,
        "How often keepalived became master since its start.",
        _DUMP,
        ("vrrp_instance",),
        _of_instance(lambda reading: reading.became_master),
    ),
    Metric(
        "keepalived_adverts_received_total",
        Kind.COUNTER,
        "VRRP adverts that keepalived received since its start.",
        _DUMP,
        ("vrrp_instance",),
        _of_instance(lambda reading: reading.adverts_received),
    ),
    Metric(
        "keepalived_adverts_sent_total",
        Kind.COUNTER,
        "VRRP adverts that keepalived sent since its start.",
        _DUMP,
        ("vrrp_instance",),
        _of_instance(lambda reading: reading.adverts_sent),
    ),
    Metric(
        "keepalived_advert_errors_total",
        Kind.COUNTER,
        "VRRP packets that keepalived refused since its start, by its name of the reason.",
        _DUMP,
        ("vrrp_instance", "reason"),
        _errors,
    ),
)
