"""The book of a collector's runs, by a clock that is set by hand."""

from dataclasses import dataclass

import pytest

from hagen.agent.ledger import Ledger
from hagen.agent.snapshot import HaproxyReading, Run

READING = HaproxyReading(answers=True)
EPOCH = 1_800_000_000.0


@dataclass
class Hands:
    """A clock."""

    now: float = 100.0

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return EPOCH + self.now


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def ledger(clock: Hands) -> Ledger:
    return Ledger(interval=10, deadline=5, clock=clock)


def test_before_the_first_run_nothing_is_known(ledger: Ledger) -> None:
    assert ledger.look() == (None, Run())


def test_a_good_run(ledger: Ledger, clock: Hands) -> None:
    ledger.begin()
    clock.now += 2
    assert ledger.look() == (None, Run())
    ledger.end(READING)
    assert ledger.look() == (READING, Run(success=True, duration=2, last_success=EPOCH + 102))


def test_a_failed_run_takes_the_reading_away(ledger: Ledger, clock: Hands) -> None:
    ledger.begin()
    ledger.end(READING)
    clock.now += 10
    ledger.begin()
    assert ledger.look()[0] == READING, "the last one stands while the next is under way"
    clock.now += 1
    ledger.end("refused")
    run = Run(success=False, duration=1, last_success=EPOCH + 100, problem="refused")
    assert ledger.look() == (None, run)


@pytest.mark.parametrize(("age", "there"), [(0, True), (25, True), (25.01, False), (1000, False)])
def test_a_reading_is_stale_two_intervals_and_a_deadline_after_its_run_began(
    ledger: Ledger, clock: Hands, age: float, there: bool
) -> None:
    ledger.begin()
    clock.now += 3
    ledger.end(READING)
    clock.now += age - 3
    assert (ledger.look()[0] is not None) is there


def test_a_run_past_its_deadline_is_given_up_and_counted_once(ledger: Ledger, clock: Hands) -> None:
    ledger.begin()
    ledger.end(READING)
    ledger.begin()
    clock.now += 5
    assert ledger.look()[0] == READING
    clock.now += 1
    for duration in (6, 60):
        clock.now = 100 + duration
        reading, run = ledger.look()
        assert (reading, run.success, run.stuck, run.timeouts, run.duration) == (None, False, True, 1, duration)
        assert "5 s" in run.problem


@pytest.mark.parametrize("outcome", [READING, "refused"])
def test_what_a_late_run_brings_is_thrown_away(ledger: Ledger, clock: Hands, outcome: HaproxyReading | str) -> None:
    ledger.begin()
    clock.now += 5.5
    ledger.end(outcome)
    reading, run = ledger.look()
    assert (reading, run.success, run.stuck, run.timeouts, run.duration) == (None, False, False, 1, 5.5)
    ledger.begin()
    clock.now += 1
    ledger.end(READING)
    reading, run = ledger.look()
    assert (reading, run.success, run.timeouts, run.problem) == (READING, True, 1, "")
