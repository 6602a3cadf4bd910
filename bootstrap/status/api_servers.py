"""API servers: each past the load balancers, and one through the virtual IP."""

from collections.abc import Iterator

from .line import Line, Seen, State, listed


def lines(seen: Seen) -> Iterator[Line]:
    """A server that some agent finds ready is ready."""
    expected = [machine.name for machine in seen.inventory.machines if machine.role == "control-plane"]
    ready: dict[str, bool] = {}
    for sample in seen.samples.values():
        for name, value in sample.by("hagen_apiserver_ready", "target").items():
            ready[name] = ready.get(name, False) or value == 1
    if not ready and not seen.samples:
        yield Line(State.UNKNOWN, "not known: no agent answers", "See the agents above.")
        return
    away = [name for name in expected if not ready.get(name)]
    if not away:
        yield Line(State.OK, f"all {len(expected)} are ready")
    else:
        state = State.CRITICAL if len(away) == len(expected) else State.DEGRADED
        remedy = f"hagen bootstrap exec {away[0]} -- journalctl --unit kubelet --lines 20 says why."
        yield Line(state, f"{listed(away)} of {len(expected)} not ready", remedy)
    if seen.lowest("hagen_apiserver_endpoint_ready") == 0:
        yield Line(State.CRITICAL, "none answers ready through the virtual IP", "hagen bootstrap doctor")
