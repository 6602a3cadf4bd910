"""The database: components of Galera, and how many more nodes may fail."""

from collections.abc import Iterator

from .line import Line, Seen, State


def lines(seen: Seen) -> Iterator[Line]:
    """The agents' verdict, with the tolerance beside it."""
    if seen.verdict("galera_split_brain") is State.CRITICAL:
        yield Line(
            State.CRITICAL,
            "two primary components: they diverge",
            "The runbook, database: stop writes to one of them now.",
        )
    state = seen.verdict("galera")
    tolerance = seen.lowest("hagen_galera_failure_tolerance")
    if state is State.CRITICAL:
        yield Line(
            state, "no primary component: no write is taken", "The runbook, database: recovery of a whole crash."
        )
    elif state is State.UNKNOWN:
        yield Line(state, "not known", "See the agents and the API servers above.")
    else:
        bears = "how many more may fail is not known" if tolerance is None else f"{tolerance} more may fail at once"
        remedy = (
            "" if state is State.OK else "kubectl get pods -A -l app.kubernetes.io/component=pxc shows which is away."
        )
        yield Line(state, f"it takes writes; {bears}", remedy)
