"""Rows, exit codes and JSON of one look."""

import json

import pytest

from hagen.agent.health import State, judge
from hagen.agent.health.report import EXIT_CODES, Report, Row, as_document, report
from hagen.agent.snapshot import Run, Snapshot
from tests.agent.health.worlds import NOW, configuration

CONFIG = configuration()
NAMES = [
    "vip_holder",
    "vip_split_brain",
    "vip_orphan",
    "keepalived",
    "etcd",
    "galera",
    "galera_split_brain",
    "hpa apps/server",
    "hpa apps/worker",
]


def of(*states: State) -> Report:
    return Report("test", NOW, tuple(Row("etcd", "etcd", state, "x.") for state in states), {})


@pytest.mark.parametrize(("states", "code"), [
    ([State.OK], 0), ([State.OK, State.DEGRADED], 3), ([State.DEGRADED, State.UNKNOWN], 4), ([State.CRITICAL, State.UNKNOWN], 5), ([], 4),
])  # fmt: skip
def test_the_exit_code_is_that_of_the_worst(states: list[State], code: int) -> None:
    assert of(*states).exit_code == code


def test_exit_codes_are_apart_from_those_that_mean_something_else() -> None:
    """1 nothing can be done, 2 wrong usage, 70 a defect, 130 interrupted."""
    assert set(EXIT_CODES) == set(State)
    assert not {1, 2, 70, 130} & set(EXIT_CODES.values())
    assert list(EXIT_CODES.values()) == sorted(set(EXIT_CODES.values()))


def test_every_verdict_has_its_row_in_order() -> None:
    made = report("test", NOW, judge(CONFIG, Snapshot(NOW)), {})
    assert [row.name for row in made.rows] == NAMES
    assert list(dict.fromkeys(row.subject for row in made.rows)) == ["virtual IP", "etcd", "Galera", "autoscalers"]


@pytest.mark.parametrize(("run", "reason"), [
    (Run(success=False, problem="socket:\n gone"), "socket: gone."),
    (Run(success=False, stuck=True, timeouts=1), "It did not end by its deadline."),
    (Run(), "It has not run."),
])  # fmt: skip
def test_a_collector_that_failed_is_unknown(run: Run, reason: str) -> None:
    made = report("test", NOW, judge(CONFIG, Snapshot(NOW)), {"haproxy": run, "etcd": Run(success=True)})
    assert made.rows[len(NAMES) :] == (Row("collectors", "haproxy", State.UNKNOWN, reason),)


def test_json() -> None:
    runs = {"haproxy": Run(success=False, duration=0.5, problem="gone"), "etcd": Run(success=True, duration=0.25)}
    document = json.loads(json.dumps(as_document(report("test", NOW + 0.5, judge(CONFIG, Snapshot(NOW)), runs))))
    verdicts = document.pop("verdicts")
    assert [verdict["name"] for verdict in verdicts] == [*NAMES, "haproxy"]
    assert verdicts[4] == {"subject": "etcd", "name": "etcd", "state": "unknown", "reason": verdicts[4]["reason"]}
    assert document == {
        "cluster": "test", "time": "2027-01-15T08:00:00.500Z", "state": "unknown", "exitCode": 4,
        "counts": {"ok": 0, "degraded": 0, "unknown": 10, "critical": 0},
        "collectors": [
            {"name": "etcd", "success": True, "seconds": 0.25, "problem": ""},
            {"name": "haproxy", "success": False, "seconds": 0.5, "problem": "gone"},
        ],
    }  # fmt: skip
