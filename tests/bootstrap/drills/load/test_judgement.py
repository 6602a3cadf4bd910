"""A load becomes a verdict: pods that followed in time, and users who were answered."""

from dataclasses import replace

from hagen.bootstrap.drills.judgement import judge
from hagen.bootstrap.drills.report import Report, Verdict
from tests.bootstrap.drills.load.scaled import COMMAND, PODS, STEPS, loaded
from tests.bootstrap.drills.played import IDENTITY


def report(**changes: object) -> Report:
    return judge(loaded(**changes), IDENTITY)  # type: ignore[arg-type]


def test_pods_that_follow_in_time_hold() -> None:
    found = report()
    assert (found.verdict, found.reasons) == (Verdict.PASSED, ())
    assert [(each.title, each.measured, each.bound) for each in found.objectives] == [
        ("9 users: time until there are at least 5 pods", 19.0, 60.0),
        ("21 users: time until there are at least 9 pods", 34.0, 70.0),
        ("1 user: time until there are down to 3 pods", 39.0, 70.0),
    ]
    assert found.load is not None
    assert (found.load.autoscaler, found.load.command) == ("apps/server", COMMAND)
    assert [step.reached for step in found.load.steps] == [0.0, 19.0, 34.0, 39.0]
    assert found.load.pods[0] == (-3.0, 3, 3, 3)
    told = {(event.source, event.text) for event in found.events}
    assert {("Locust", "21 users"), ("HorizontalPodAutoscaler", "ScalingLimited: TooManyReplicas")} <= told


def test_who_asks_seldom_has_no_gap_between_two_answers() -> None:
    assert [(probe.interval, probe.gaps, probe.failures) for probe in report().probes] == [
        (0.25, (), 0), (0.5, (), 0), (0.25, (), 0), (0.5, (), 0),
    ]  # fmt: skip


def test_an_autoscaler_that_stops_short_fails() -> None:
    found = report(pods={-3: 3, 50: 5, 110: 8, 190: 3})
    assert found.verdict is Verdict.FAILED
    assert found.reasons == ("21 users: time until there are at least 9 pods: not before the step was over",)


def test_one_that_never_comes_back_fails() -> None:
    found = report(pods={-3: 3, 50: 5, 110: 9})
    assert found.reasons == ("1 user: time until there are down to 3 pods: not before the step was over",)


def test_pods_that_came_when_the_step_was_over_came_too_late() -> None:
    assert [each.measured for each in report(pods={**PODS, 125: 8, 161: 9}).objectives][1] == 70.0
    assert [each.measured for each in report(pods={**PODS, 125: 8, 162: 9}).objectives][1] is None


def test_fewer_pods_than_the_minimum() -> None:
    assert report(pods={**PODS, 205: 2, 206: 3}).reasons == ("apps/server had 2 pods, and its minimum is 3",)


def test_users_who_got_no_answer() -> None:
    failing = tuple(replace(step, failures=2) for step in STEPS)
    assert report(steps=failing).reasons == ("8 of 4200 requests failed, and 0.1% may",)
    nobody = tuple(replace(step, requests=0, failures=0) for step in STEPS)
    assert report(steps=nobody).reasons == ("no user got an answer",)
