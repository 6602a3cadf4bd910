"""From attempts to counters."""

import math

from hypothesis import given
from hypothesis import strategies as st

from hagen.agent.collectors.vip.tally import BOUNDS, Attempt, Tally


def tallied(*attempts: tuple[float, float, bool]) -> Tally:
    tally = Tally()
    for attempt in attempts:
        tally.take(Attempt(*attempt))
    return tally


def test_nothing_yet() -> None:
    probes = Tally().probes
    assert (probes.attempts, probes.failures, probes.unavailable_seconds, probes.longest_gap) == (0, 0, 0, 0)
    assert probes.latencies == dict.fromkeys(BOUNDS, 0)


def test_an_outage_is_from_its_first_failure_to_the_end_of_the_next_success() -> None:
    probes = tallied((0, 0.5, True), (1, 1.5, False), (2, 2.5, False), (3, 3.25, True), (4, 4.5, True)).probes
    assert (probes.attempts, probes.failures) == (5, 2)
    assert probes.unavailable_seconds == 2.25
    assert probes.longest_gap == 2.75
    assert probes.latency_sum == 1.25


def test_an_outage_counts_while_it_lasts() -> None:
    assert tallied((0, 1, False), (2, 3, False)).probes.unavailable_seconds == 3
    assert tallied((0, 1, False), (2, 3, False)).probes.longest_gap == 0, "nothing was good before"


def test_a_latency_on_a_bound_belongs_to_it() -> None:
    latencies = tallied((0, 0.25, True), (1, 3, True), (4, 4.0, True)).probes.latencies
    assert (latencies[0.005], latencies[0.1], latencies[0.25], latencies[1.0], latencies[math.inf]) == (1, 1, 2, 2, 3)


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 5), st.booleans()), max_size=60))
def test_counters_only_grow_and_add_up(steps: list[tuple[float, float, bool]]) -> None:
    tally, now, last = Tally(), 0.0, Tally().probes
    for pause, length, good in steps:
        began = now + pause
        now = began + length
        tally.take(Attempt(began, now, good))
        probes = tally.probes
        assert probes.attempts == last.attempts + 1
        assert probes.failures == last.failures + (not good)
        assert probes.unavailable_seconds >= last.unavailable_seconds - 1e-9
        assert probes.longest_gap >= last.longest_gap
        assert probes.unavailable_seconds <= now + 1e-9
        assert probes.latencies[math.inf] == probes.attempts - probes.failures
        assert list(probes.latencies.values()) == sorted(probes.latencies.values())
        last = probes
