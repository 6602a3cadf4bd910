"""What each step of the load test saw."""

import json
import time
from pathlib import Path

from record import Record
from steps import Step

FIRST, SECOND = Step("minimum", 1, 3, 10.0), Step("maximum", 21, 9, 20.0)


def test_requests_count_for_the_step_under_way(tmp_path: Path) -> None:
    record = Record()
    record.request(1.0, "nobody", failed=False)  # before the first step: nobody's
    assert record.began is None
    assert record.begin(FIRST) is None
    began = record.began
    assert began is not None
    assert abs(time.time() - began) < 60
    record.request(10.0, "server-a", failed=False)
    record.request(30.0, None, failed=True)
    assert record.begin(FIRST) is None, "the same step goes on"
    ended = record.begin(SECOND)
    assert ended is not None
    assert ended.line() == (
        "step minimum is over: 1 users, 2 requests, 1 failed, 1 pods answered (meant for 3), slowest 30 ms"
    )
    record.request(5.0, "server-b", failed=False)
    record.request(5.0, "server-a", failed=False)
    record.write(tmp_path / "report.json")
    document = json.loads((tmp_path / "report.json").read_text())
    assert document["began"] == began, "of the first step"
    first, second = document["steps"]
    assert first == {
        "step": "minimum",
        "users": 1,
        "expectedPods": 3,
        "endSeconds": 10.0,
        "requests": 2,
        "failures": 1,
        "slowestMilliseconds": 30.0,
        "pods": {"server-a": 1},
    }
    assert second["pods"] == {"server-a": 1, "server-b": 1}
