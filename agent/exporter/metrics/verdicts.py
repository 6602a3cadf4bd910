"""The judgements themselves, in the words of `hagen agent check`."""

from collections.abc import Iterator

from ...health import State
from ..metric import Kind, Metric, Sample, states
from ..sources import View


def _verdicts(view: View) -> Iterator[Sample]:
    """Autoscalers have a metric of their own: there may be a thousand."""
    health = view.health
    for verdict in (*health.vip.verdicts, *health.etcd.verdicts, *health.galera.verdicts):
        yield from states(State, verdict.state, verdict.name)


METRICS = (
    Metric(
        "verdict",
        Kind.STATES,
        "Judgement on a subject: ok, degraded (it works, and something is wrong), unknown, or critical.",
        "the agent's health rules over the last snapshot; unknown is a state of its own here",
        ("verdict", "state"),
        _verdicts,
    ),
)
