"""Which agent this is, and what it logs in with."""

from importlib.metadata import PackageNotFoundError, version

from ..metric import Kind, Metric
from ..sources import View


def _version() -> str | None:
    try:
        return version("hagen")
    except PackageNotFoundError:  # run from a checkout that was never installed
        return None


def _build(_: View) -> list[tuple[tuple[str, ...], float | None]]:
    return [((_VERSION,), 1)] if _VERSION else []


_VERSION = _version()

METRICS = (
    Metric("build_info", Kind.INFO, "Version of the agent.", "the installed package", ("version",), _build),
    Metric(
        "credential_expiry_timestamp_seconds",
        Kind.GAUGE,
        "When a credential that the agent logs in with expires, in seconds since the epoch.",
        "the credential itself",
        ("use",),
        lambda view: [((use,), when) for use, when in view.credentials.items()],
    ),
)
