"""The API servers, each by itself and through the virtual IP."""

from collections.abc import Iterator

from ..metric import Kind, Metric, Sample
from ..sources import View


def _ready(view: View) -> Iterator[Sample]:
    if view.snapshot.apiserver is not None:
        for name, ready in view.snapshot.apiserver.ready.items():
            yield (name,), ready


def _endpoint(view: View) -> Iterator[Sample]:
    if view.snapshot.apiserver is not None:
        yield (str(view.config.virtual_ip.address),), view.snapshot.apiserver.endpoint


METRICS = (
    Metric(
        "apiserver_ready",
        Kind.GAUGE,
        "Whether an API server says that it is ready; absent when it does not answer in time.",
        "/readyz of the API server, past the load balancer",
        ("target",),
        _ready,
    ),
    Metric(
        "apiserver_endpoint_ready",
        Kind.GAUGE,
        "Whether an API server behind the virtual IP says that it is ready; absent when none answers in time.",
        "/readyz through the virtual IP",
        ("vip",),
        _endpoint,
    ),
)
