"""The pure part of `make bench-bootstrap`."""

from pathlib import Path

import pytest

from scripts.bootstrap_figures import Span, StepTaken, critical_path, requests, steps

HERE = Path(__file__).parent


def events() -> list[str]:
    return (HERE / "up.jsonl").read_text().splitlines()


def test_a_runs_steps_with_what_was_done_in_them() -> None:
    taken = steps(events())
    assert [(step.name, step.seconds, step.side_by_side) for step in taken] == [
        ("launch", 4.0, True), ("control-planes", 5.0, False), ("health", 0.5, False),
    ]  # fmt: skip
    assert taken[0].spans == (Span("one", 0.0, 2.0), Span("two", 0.5, 3.5))


@pytest.mark.parametrize("end", ["", '{"kind": "outcome", "problems": [{"place": "one", "cause": "it is off"}]}'])
def test_a_run_that_failed_has_no_figures(end: str) -> None:
    with pytest.raises(ValueError, match=r"the run failed: .*(no outcome|it is off)"):
        steps([*events()[:-1], *([end] if end else [])])


def test_the_critical_path_has_the_slowest_machine_of_steps_that_can_be_side_by_side() -> None:
    slow = (
        StepTaken("launch", 6.0, (Span("one", 0.0, 2.0), Span("two", 2.0, 5.0))),  # and 1 s for both
        StepTaken("control-planes", 5.0, (Span("one", 6.0, 8.0), Span("two", 8.0, 11.0))),
        StepTaken("health", 0.5),
    )
    assert critical_path(slow, {"launch", "health"}) == pytest.approx(4.0 + 5.0 + 0.5)
    assert critical_path(slow, set()) == pytest.approx(11.5)


def test_requests_are_counted_and_those_that_run_a_command() -> None:
    assert requests((HERE / "requests.log").read_text().splitlines()) == (5, 1)
