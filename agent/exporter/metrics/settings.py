"""What the live configuration promises, and what is wrong with it."""

from collections import Counter
from collections.abc import Iterator

from ..metric import Kind, Metric, Sample
from ..sources import View

_FILES = "the configuration files of keepalived and haproxy on this host"


def _bounds(view: View) -> Iterator[Sample]:
    if view.settings is not None:
        for fault, seconds in view.settings.bounds.items():
            yield (fault,), seconds


def _findings(view: View) -> Iterator[Sample]:
    if view.settings is not None:
        for code, count in Counter(code for code, _ in view.settings.findings).items():
            yield (code,), count


METRICS = (
    Metric(
        "failover_bound_seconds",
        Kind.GAUGE,
        "Seconds within which clients must be served again after a fault.",
        f"computed from {_FILES}",
        ("fault",),
        _bounds,
    ),
    Metric(
        "configuration_findings",
        Kind.GAUGE,
        "How many places in the configuration will not work as meant, by code; the page at / has the texts.",
        _FILES,
        ("code",),
        _findings,
    ),
    Metric(
        "configuration_readable",
        Kind.GAUGE,
        "Whether the configuration could be read; while it could not, there are neither bounds nor findings.",
        _FILES,
        (),
        lambda view: [((), view.settings is not None)],
    ),
)
