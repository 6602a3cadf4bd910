"""The server that serves these metrics."""

from ..metric import Kind, Metric, single

METRICS = (
    Metric(
        "web_configured",
        Kind.GAUGE,
        "Whether the web configuration on disk is the one in force; at 0 it cannot be used and the one before serves.",
        "the web configuration file",
        (),
        single(lambda view: view.web.configured),
    ),
    Metric(
        "web_certificate_expiry_timestamp_seconds",
        Kind.GAUGE,
        "When the certificate of the agent's own server expires, in seconds since the epoch.",
        "the certificate in force",
        (),
        single(lambda view: view.web.certificate_expiry),
    ),
    Metric(
        "web_connections_total",
        Kind.COUNTER,
        "Connections to the agent's own server since its start, by how they ended.",
        "the agent",
        ("outcome",),
        lambda view: [((outcome,), count) for outcome, count in view.web.connections.items()],
    ),
)
