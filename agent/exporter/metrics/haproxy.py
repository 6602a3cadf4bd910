"""This host's haproxy and the servers behind it."""

from collections.abc import Iterator

from ..metric import Kind, Metric, Sample, single
from ..sources import View


def _servers(view: View) -> Iterator[Sample]:
    if view.snapshot.haproxy is not None:
        for name, up in view.snapshot.haproxy.servers.items():
            backend, _, server = name.partition("/")
            yield (backend, server), up


METRICS = (
    Metric(
        "lb_process_up",
        Kind.GAUGE,
        "Whether haproxy on this host answers.",
        "haproxy's stats socket",
        (),
        single(lambda view: view.snapshot.haproxy.answers if view.snapshot.haproxy else None),
    ),
    Metric(
        "lb_server_up",
        Kind.GAUGE,
        "Whether haproxy on this host holds a server to be up; absent for one that it does not check.",
        "haproxy's stats socket",
        ("backend", "server"),
        _servers,
    ),
)
