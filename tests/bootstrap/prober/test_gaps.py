"""Gaps and silences, by properties."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hagen.bootstrap.prober.gaps import gaps, in_window, longest_silence
from hagen.bootstrap.prober.records import Attempt, Outcome

SINCE, UNTIL = 10.0, 20.0
moments = st.integers(0, 300).map(lambda tenth: tenth / 10)
attempts = st.builds(
    lambda start, length, outcome: Attempt(start, start + length, outcome),
    moments,
    st.sampled_from([0.0, 0.01, 0.5, 3.0]),
    st.sampled_from([Outcome.OK, Outcome.REFUSED, Outcome.TIMEOUT_CONNECT]),
)
many = st.lists(attempts, max_size=40)


def longest(found: list[Attempt]) -> float:
    return max((gap.length for gap in gaps(in_window(found, SINCE, UNTIL), UNTIL)), default=0.0)


@given(many)
def test_gaps_are_disjoint_and_in_order(found: list[Attempt]) -> None:
    seen = gaps(in_window(found, SINCE, UNTIL), UNTIL)
    assert all(gap.end >= gap.start and gap.length == gap.end - gap.start for gap in seen)
    assert all(before.end <= after.start for before, after in pairwise(seen))
    assert all(gap.closed for gap in seen[:-1])


@given(many)
def test_every_failure_is_in_one_gap(found: list[Attempt]) -> None:
    window = in_window(found, SINCE, UNTIL)
    assert sum(gap.failures for gap in gaps(window, UNTIL)) == sum(not a.ok for a in window)


@given(many)
def test_no_success_begins_within_a_gap(found: list[Attempt]) -> None:
    window = in_window(found, SINCE, UNTIL)
    for gap in gaps(window, UNTIL):
        assert not any(a.ok and gap.start < a.start < gap.end for a in window)


@given(many, attempts)
def test_a_further_success_never_lengthens(found: list[Attempt], more: Attempt) -> None:
    served = more._replace(outcome=Outcome.OK)
    assert longest([*found, served]) <= longest(found)
    assert longest_silence([*found, served], SINCE, UNTIL) <= longest_silence(found, SINCE, UNTIL)


@given(many, st.randoms())
def test_the_order_of_the_records_does_not_matter(found: list[Attempt], shuffle: object) -> None:
    other = list(found)
    shuffle.shuffle(other)  # type: ignore[attr-defined]
    assert in_window(other, SINCE, UNTIL) == in_window(found, SINCE, UNTIL)


def test_overlapping_attempts_are_ordered_by_their_starts() -> None:
    hangs = Attempt(1.0, 1.5, Outcome.TIMEOUT_CONNECT)
    served = [Attempt(at, at + 0.01, Outcome.OK) for at in (0.9, 1.1, 1.2, 1.3, 1.4)]
    (gap,) = gaps(in_window([hangs, *served], 0.0, 2.0), 2.0)
    assert (gap.start, gap.end, gap.failures, gap.closed) == (1.0, 1.1, 1, True)


def test_what_never_ends_is_open() -> None:
    (gap,) = gaps([Attempt(1.0, 1.5, Outcome.RESET)], 7.0)
    assert (gap.end, gap.closed) == (7.0, False)


def test_what_was_under_way_counts_when_it_failed() -> None:
    killed = Attempt(9.8, 10.3, Outcome.RESET)
    assert in_window([killed, Attempt(9.9, 10.2, Outcome.OK), Attempt(9.0, 9.5, Outcome.RESET)], SINCE, UNTIL) == [
        killed
    ]


def test_silence_reaches_to_the_edges() -> None:
    assert longest_silence([], SINCE, UNTIL) == 10.0
    assert longest_silence([Attempt(11.0, 12.0, Outcome.OK)], SINCE, UNTIL) == 8.0
