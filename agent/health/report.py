"""The outcome of one look, for a person, for a program, and as an exit code. Pure.

Exit code by the worst state. 1 and 2 are taken by every command of hagen (nothing can be done; wrong usage), and 3 has
the meaning that it has there: it works, and something is wrong.

    ok 0, degraded 3, unknown 4, critical 5

Unknown is no success: what cannot be seen is not reported as being well.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from ..snapshot import Run
from . import Health
from .verdict import State, worst

EXIT_CODES: Mapping[State, int] = {State.OK: 0, State.DEGRADED: 3, State.UNKNOWN: 4, State.CRITICAL: 5}


@dataclass(frozen=True)
class Row:
    """A verdict, or a collector that learnt nothing. `name`, and for a person the subject that it belongs to."""

    subject: str
    name: str
    state: State
    reason: str


@dataclass(frozen=True)
class Report:
    """`rows` in the order in which a person reads them. `time`: seconds since the epoch."""

    cluster: str
    time: float
    rows: tuple[Row, ...]
    runs: Mapping[str, Run]

    @property
    def state(self) -> State:
        """The worst of all; unknown when nothing was judged."""
        return worst(row.state for row in self.rows)

    @property
    def exit_code(self) -> int:
        """By the worst state."""
        return EXIT_CODES[self.state]


def report(cluster: str, time: float, health: Health, runs: Mapping[str, Run]) -> Report:
    """Every verdict, and every collector that failed: what it would have seen may be judged by nobody else."""
    subjects = (
        ("virtual IP", health.vip.verdicts),
        ("etcd", health.etcd.verdicts),
        ("Galera", health.galera.verdicts),
        ("autoscalers", tuple(autoscaler.verdict for autoscaler in health.hpa.values())),
    )
    rows = [Row(subject, one.name, one.state, one.reason) for subject, verdicts in subjects for one in verdicts]
    failed = {name: run for name, run in runs.items() if not run.success}
    rows += [Row("collectors", name, State.UNKNOWN, _failure(run)) for name, run in sorted(failed.items())]
    return Report(cluster, time, tuple(rows), runs)


def _failure(run: Run) -> str:
    if run.stuck:
        return "It did not end by its deadline."
    text = " ".join(run.problem.split()) or "It has not run"
    return text if text.endswith(".") else f"{text}."


def as_document(report: Report) -> dict[str, Any]:
    """JSON-ready: cluster, time (RFC 3339), state, exitCode, counts by state, verdicts, collectors."""
    return {
        "cluster": report.cluster,
        "time": datetime.fromtimestamp(report.time, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "state": report.state,
        "exitCode": report.exit_code,
        "counts": {state.value: count for state, count in counts(report.rows).items()},
        "verdicts": [asdict(row) for row in report.rows],
        "collectors": [
            {"name": name, "success": bool(run.success), "seconds": run.duration, "problem": run.problem}
            for name, run in sorted(report.runs.items())
        ],
    }


def counts(rows: Sequence[Row]) -> dict[State, int]:
    """How many rows of each state, the best first."""
    return {state: sum(row.state is state for row in rows) for state in State}
