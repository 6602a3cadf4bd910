"""How the agent's own looking goes: a value that is absent has its reason here."""

from collections.abc import Callable, Iterator

from ...snapshot import Run
from ..metric import Kind, Metric, Sample
from ..sources import View


def _each(name: str, kind: Kind, meaning: str, read: Callable[[Run], float | None]) -> Metric:
    def samples(view: View) -> Iterator[Sample]:
        return (((collector,), read(run)) for collector, run in view.snapshot.runs.items())

    return Metric(f"collector_{name}", kind, meaning, "the agent", ("collector",), samples)


METRICS = (
    _each(
        "success",
        Kind.GAUGE,
        "Whether a collector's last run learnt something within its deadline.",
        lambda run: run.success,
    ),
    _each(
        "duration_seconds", Kind.GAUGE, "How long a collector's last run took, in seconds.", lambda run: run.duration
    ),
    _each(
        "last_success_timestamp_seconds",
        Kind.GAUGE,
        "When a collector last learnt something, in seconds since the epoch; its values are dropped when that is old.",
        lambda run: run.last_success,
    ),
    _each(
        "timeouts_total",
        Kind.COUNTER,
        "Runs of a collector that were given up at their deadline since the agent's start.",
        lambda run: run.timeouts,
    ),
    _each(
        "stuck",
        Kind.GAUGE,
        "Whether a run of a collector is past its deadline and still there.",
        lambda run: run.stuck,
    ),
)
