"""The steps of the load test follow from the autoscaler's bounds."""

from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st
from steps import PACES, at, parse_seconds, steps


def test_the_reference_experiment() -> None:
    plan = steps(3, 9, 2.0, PACES["reference"])
    assert [(step.name, step.users, step.pods) for step in plan] == [
        ("minimum", 1, 3),
        ("middle", 9, 5),
        ("maximum", 21, 9),
        ("back", 1, 3),
    ]
    assert [step.end for step in plan] == [120, 420, 780, 1380]


@pytest.mark.parametrize("pace", PACES)
def test_every_pace_has_all_steps(pace: str) -> None:
    assert len(steps(3, 9, 2.0, PACES[pace])) == 4


def test_the_reference_pace_outlasts_the_autoscaler() -> None:
    *_, back = PACES["reference"]
    assert back > 300, "five minutes of calm before it shrinks"


@given(minimum=st.integers(1, 50), more=st.integers(0, 50), per_pod=st.floats(0.5, 20))
def test_users_lead_to_the_pods_that_they_are_meant_for(minimum: int, more: int, per_pod: float) -> None:
    """The autoscaler wants ceil(load / target) pods, within its bounds (kubernetes.io, HPA algorithm)."""
    maximum = minimum + more
    low, middle, high, back = steps(minimum, maximum, per_pod, PACES["quick"])
    wanted = {step.name: min(max(ceil(step.users / per_pod - 1e-9), minimum), maximum) for step in (middle, high)}
    assert wanted["maximum"] == maximum
    assert minimum <= middle.pods <= maximum
    if per_pod >= 2:  # below, one user more is a pod more
        assert wanted["middle"] == middle.pods
    assert low.users == back.users == 1
    assert low.pods == back.pods == minimum


def test_what_is_under_way() -> None:
    plan = steps(3, 9, 2.0, (10, 20, 30, 40))
    names = [step.name if (step := at(plan, second)) else None for second in (0, 9.9, 10, 29.9, 30, 60, 99.9, 100, 1e6)]
    assert names == ["minimum", "minimum", "middle", "middle", "maximum", "back", "back", None, None]


def test_every_problem_is_named_at_once() -> None:
    with pytest.raises(ValueError, match=r"pods from 9 to 3.*0 users per pod.*four numbers"):
        steps(9, 3, 0, (1, 2))


@pytest.mark.parametrize("seconds", [(1, 2, 3), (1, 2, 3, 0), (1, 2, 3, -4), (1, 2, 3, float("nan"))])
def test_times_that_cannot_be_meant(seconds: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="seconds of the steps"):
        steps(3, 9, 2.0, seconds)


def test_seconds_are_read() -> None:
    assert parse_seconds("120, 300,360,0.5") == (120, 300, 360, 0.5)
    with pytest.raises(ValueError, match="could not convert"):
        parse_seconds("1,two")
