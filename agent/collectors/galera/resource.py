"""What Kubernetes says about the database: the custom resource, and whether its operator still keeps it up to date."""

from collections.abc import Mapping

from ...kubernetes.fields import at, count, number, text, timestamp

_COMPONENTS = ("pxc", "haproxy", "proxysql")


def state_of(resource: object) -> str | None:
    """What the operator makes of the whole: initializing, paused, stopping, ready, error."""
    return text(resource, "status", "state") or None


def ready_of(resource: object) -> Mapping[str, tuple[int, int]]:
    """Ready and desired pods of each component that the database has."""
    found = {}
    for component in _COMPONENTS:
        ready, size = count(resource, "status", component, "ready"), number(resource, "status", component, "size")
        if ready is not None and size is not None:
            found[component] = ready, size
    return found


def renewed(lease: object) -> float | None:
    """When the operator last renewed its Lease; None when nobody holds it."""
    return timestamp(lease, "spec", "renewTime") if at(lease, "spec", "holderIdentity") else None
