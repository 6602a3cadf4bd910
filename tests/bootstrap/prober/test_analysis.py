"""Summaries of small stories with known ends."""

import json
from dataclasses import asdict

import pytest
from hypothesis import given

from hagen.bootstrap.prober.analysis import summarise, summarise_canary, summarise_stream
from hagen.bootstrap.prober.records import Attempt, Outcome
from tests.bootstrap.prober.test_gaps import SINCE, UNTIL, many


def ok(start: float, end: float | None = None, answer: str = "a", connection: int = 1) -> Attempt:
    return Attempt(start, start if end is None else end, Outcome.OK, answer, connection, 200, 0.001)


def bad(start: float, end: float, outcome: Outcome = Outcome.REFUSED) -> Attempt:
    return Attempt(start, end, outcome)


def test_a_failover() -> None:
    attempts = [
        bad(8.0, 8.1), ok(9.0, 9.1), ok(10.0, 10.2), bad(11.0, 11.5), bad(12.0, 12.0, Outcome.RESET),
        ok(13.0, 13.4, "b", 2), ok(14.0, 14.1, "b", 2),
    ]  # fmt: skip
    seen = summarise(attempts, 10.0, 15.0, interval=0.5)
    assert (seen.attempts, seen.failures, seen.failed_share, seen.noise) == (5, 2, 0.4, 1)
    assert seen.kinds == {"refused": 1, "reset": 1}
    assert [(gap.start, gap.end, gap.failures) for gap in seen.gaps] == [(11.0, 13.0, 2)]
    assert (seen.longest_gap, seen.first_success, seen.resolution) == (2.0, 0.0, 1.0)
    assert seen.latency_median == pytest.approx(0.2)
    assert seen.latency_worst == seen.latency_p99 == pytest.approx(0.4)
    assert (seen.answers, seen.connections) == ({"a": 1, "b": 2}, 2)
    assert (seen.late, seen.left_out) == (0.001, 5)


def test_a_prober_that_did_not_run_resolved_nothing() -> None:
    seen = summarise([], 10.0, 15.0, interval=1.0)
    assert (seen.attempts, seen.longest_gap, seen.resolution, seen.left_out) == (0, 0.0, 5.0, 5)
    assert seen.first_success is seen.latency_median is seen.late is None


@given(many)
def test_the_parts_add_up(attempts: list[Attempt]) -> None:
    seen = summarise(attempts, SINCE, UNTIL)
    assert sum(seen.kinds.values()) == sum(gap.failures for gap in seen.gaps) == seen.failures
    assert sum(seen.answers.values()) == seen.attempts - seen.failures
    assert 0 <= seen.resolution <= UNTIL - SINCE
    stream, canary = summarise_stream(attempts, SINCE, UNTIL), summarise_canary(attempts, SINCE, UNTIL)
    assert stream.lines + stream.failures == seen.attempts
    assert stream.breaks == len(seen.gaps)
    assert canary.resumed is None or 0 <= canary.resumed <= UNTIL - SINCE
    assert canary.settled is None or canary.resumed is None or canary.settled >= canary.resumed
    assert canary.disrupted or canary.resumed is None
    for summary in (seen, stream, canary):
        assert json.loads(json.dumps(asdict(summary))).keys() == asdict(summary).keys()


def test_a_stream() -> None:
    attempts = [
        ok(10.0), ok(10.5), bad(10.5, 11.0, Outcome.TIMEOUT_RESPONSE), bad(11.0, 11.1), ok(12.0, answer="b"),
        ok(12.5, answer="b"),
    ]  # fmt: skip
    seen = summarise_stream(attempts, 10.0, 13.0)
    assert (seen.lines, seen.failures, seen.breaks, seen.longest_silence) == (4, 2, 1, 1.5)
    assert seen.reconnect == pytest.approx(1.0)
    assert seen.answers == {"a": 2, "b": 2}


def test_a_stream_that_never_comes_back() -> None:
    seen = summarise_stream([ok(10.0), bad(10.0, 11.0)], 10.0, 20.0)
    assert (seen.breaks, seen.reconnect, seen.longest_silence) == (1, None, 10.0)


def test_writes_resume() -> None:
    attempts = [ok(10.0, 10.1), bad(10.2, 10.7), bad(10.7, 11.2), ok(11.2, 11.5), ok(11.6, 11.7)]
    seen = summarise_canary(attempts, 10.0, 12.0)
    assert (seen.attempts, seen.acknowledged, seen.failures, seen.disrupted) == (5, 3, 2, True)
    assert seen.resumed == seen.settled == pytest.approx(1.5)
    assert seen.longest_silence == pytest.approx(1.4)


def test_a_write_that_only_hung_is_a_disruption() -> None:
    seen = summarise_canary([ok(10.0, 10.1), ok(10.2, 11.4), ok(11.5, 11.6)], 10.0, 12.0)
    assert (seen.failures, seen.disrupted) == (0, True)
    assert seen.resumed == pytest.approx(1.4)


def test_undisturbed_writes_did_not_resume() -> None:
    seen = summarise_canary([ok(10 + n / 10, 10.05 + n / 10) for n in range(20)], 10.0, 12.0)
    assert (seen.disrupted, seen.resumed, seen.settled) == (False, None, None)


def test_writes_that_stop_again_did_not_settle() -> None:
    seen = summarise_canary([bad(10.0, 10.1), ok(10.2, 10.3), bad(10.4, 10.5)], 10.0, 10.6)
    assert seen.resumed == pytest.approx(0.3)
    assert seen.settled is None
