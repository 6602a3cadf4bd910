"""Autoscalers: can they see, and have they room."""

from collections.abc import Iterator
from typing import Final

from .line import Line, Seen, State

_WORDS: Final = {
    "healthy": (State.OK, "{current} of at most {most} replicas", ""),
    "capped": (State.DEGRADED, "at its most, {most} replicas, and more are wanted", "Raise the maximum in hagen.yaml."),
    "blind": (State.CRITICAL, "it gets no metrics", "Look at metrics-server: kubectl top pods."),
    "disabled": (State.DEGRADED, "switched off: its target has 0 replicas", "Scale the target up."),
    "stuck": (State.CRITICAL, "it wants other than there is, and nothing happens", "kubectl describe hpa says why."),
    "absent": (State.CRITICAL, "the cluster has none of this name", "Look whether Argo CD synced the application."),
}


def lines(seen: Seen) -> Iterator[Line]:
    """One for each, by the first agent that knows it."""
    told: set[str] = set()
    for sample in seen.samples.values():
        for labels, value in sample.all("hagen_hpa_status"):
            name = f"{labels['namespace']}/{labels['hpa']}"
            if value != 1 or name in told or labels["status"] not in _WORDS:
                continue
            told.add(name)
            state, text, remedy = _WORDS[labels["status"]]
            where = {"namespace": labels["namespace"], "hpa": labels["hpa"]}
            numbers = {
                "current": _number(sample.one("hagen_hpa_current_replicas", **where)),
                "most": _number(sample.one("hagen_hpa_max_replicas", **where)),
            }
            yield Line(state, f"{name}: {text.format(**numbers)}", remedy)
    if not told:
        yield Line(State.UNKNOWN, "not known", "See the agents and the API servers above.")


def _number(value: float | None) -> str:
    return "?" if value is None else f"{value:.0f}"
