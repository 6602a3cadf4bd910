"""Applications: what Argo CD says of each."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from .line import Line, Seen, State, listed

_HEALTH: Final = {"Healthy": State.OK, "Progressing": State.DEGRADED, "Suspended": State.DEGRADED}


def lines(seen: Seen) -> Iterator[Line]:
    """One for each that is not healthy and in step with git, else one for all."""
    if seen.applications is None:
        why = seen.why.get("applications", "the API was not asked")
        yield Line(State.UNKNOWN, f"not known: {why}", "hagen bootstrap doctor")
        return
    if not seen.applications:
        yield Line(State.CRITICAL, "Argo CD has none", "hagen bootstrap up applies the root.")
        return
    well = []
    for application in seen.applications:
        name, health, sync = _said(application)
        if (health, sync) == ("Healthy", "Synced"):
            well.append(name)
            continue
        state = max(_HEALTH.get(health, State.CRITICAL), State.DEGRADED)
        yield Line(
            state, f"{name}: {health}, {sync}", f"kubectl describe application {name} --namespace argocd says why."
        )
    if well:
        every = len(well) == len(seen.applications)
        yield Line(
            State.OK,
            f"all {len(well)} are healthy and as in git" if every else f"{listed(well)}: healthy and as in git",
        )


def _said(application: Mapping[str, Any]) -> tuple[str, str, str]:
    status = application.get("status") or {}
    health = (status.get("health") or {}).get("status", "Unknown")
    sync = (status.get("sync") or {}).get("status", "Unknown")
    return application["metadata"]["name"], health, sync
