"""What Kubernetes says of a drill, from its own objects."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from hagen.bootstrap.drills.cluster import ControlPlanes, Noted, Pods, noted_of, pods_of
from hagen.bootstrap.provider.contract import Outcome, ProviderError

BEGAN = 1_800_000_000.0  # 2027-01-15T08:00:00Z
PODS = "/api/v1/pods"


def event(**changes: Any) -> dict[str, Any]:
    """As a kubelet writes it; fields as in the API reference of v1.36."""
    return {
        "involvedObject": {"kind": "Pod", "namespace": "apps", "name": "server-1"},
        "type": "Warning",
        "reason": "Unhealthy",
        "message": "Readiness probe failed",
        "firstTimestamp": "2027-01-15T08:00:03Z",
        "lastTimestamp": "2027-01-15T08:00:03Z",
        "count": 1,
    } | changes


def noted(*items: dict[str, Any]) -> list[Noted]:
    return list(noted_of(items, BEGAN, BEGAN + 60))


def test_an_event_of_a_kubelet() -> None:
    assert noted(event()) == [Noted(BEGAN + 3, "Pod server-1: Unhealthy: Readiness probe failed")]


def test_one_of_the_scheduler_has_only_a_time_of_its_own() -> None:
    new = event(firstTimestamp=None, lastTimestamp=None, count=None, eventTime="2027-01-15T08:00:03.250000Z")
    assert [each.at for each in noted(new)] == [BEGAN + 3.25]
    series = {"count": 7, "lastObservedTime": "2027-01-15T08:00:09.5Z"}
    assert noted(new | {"series": series}) == [
        Noted(BEGAN + 3.25, "Pod server-1: Unhealthy: Readiness probe failed (7 times)")
    ]


def test_one_that_began_long_before_is_told_at_its_last_time() -> None:
    old = event(firstTimestamp="2027-01-15T07:00:00Z", lastTimestamp="2027-01-15T08:00:20Z", count=40)
    assert noted(old) == [Noted(BEGAN + 20, "Pod server-1: Unhealthy: Readiness probe failed (40 times)")]


@pytest.mark.parametrize("changes", [
    {"type": "Normal", "reason": "Pulled"},
    {"firstTimestamp": "2027-01-15T07:59:58Z", "lastTimestamp": "2027-01-15T07:59:58Z"},
    {"firstTimestamp": "2027-01-15T08:01:01Z", "lastTimestamp": "2027-01-15T08:01:01Z"},
    {"firstTimestamp": None, "lastTimestamp": None},
    {"firstTimestamp": "yesterday", "lastTimestamp": 5},
])  # fmt: skip
def test_what_is_left_out(changes: dict[str, Any]) -> None:
    assert noted(event(**changes)) == []


def test_whole_seconds_are_cut_off() -> None:
    """An event of the moment of the fault may carry the second before it."""
    stamp = "2027-01-15T07:59:59Z"
    assert noted(event(firstTimestamp=stamp, lastTimestamp=stamp))


@pytest.mark.parametrize("reason", ["NodeNotReady", "NodeReady", "Killing", "Started", "SuccessfulRescale"])
def test_normal_events_that_tell_of_health(reason: str) -> None:
    assert noted(event(type="Normal", reason=reason))


def test_a_message_cannot_steer_the_terminal_and_has_an_end() -> None:
    (found,) = noted(event(message="a\x1b[31m\n\tb" + "x" * 1000))
    assert found.text.startswith("Pod server-1: Unhealthy: a [31m bx")
    assert found.text.isprintable()
    assert len(found.text) < 200


def test_what_is_no_event_of_the_api_is_told_as_far_as_it_goes() -> None:
    assert [each.text for each in noted(event(involvedObject="x", message=None, series=3))] == ["object ?: Unhealthy"]


def pod(phase: str, ready: str | None) -> dict[str, Any]:
    conditions = [{"type": "PodScheduled", "status": "True"}]
    return {
        "status": {
            "phase": phase,
            "conditions": [*conditions, *([{"type": "Ready", "status": ready}] if ready else [])],
        }
    }


def test_pods_that_are_meant_to_run() -> None:
    found = [pod("Running", "True"), pod("Running", "False"), pod("Pending", None), pod("Succeeded", "False"), {}]
    assert pods_of(found) == Pods(1, 4)


class Machines:
    """As much of a provider as is asked. `answers`: by machine, an outcome or what goes wrong."""

    def __init__(self, **answers: object) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def execute(self, name: str, argv: Sequence[str], *, timeout: float) -> Outcome:
        self.asked.append(name)
        assert argv[:2] == ("kubectl", "--kubeconfig=/etc/kubernetes/admin.conf")
        assert float(argv[2].removeprefix("--request-timeout=").removesuffix("s")) < timeout
        answer = self.answers[name]
        if isinstance(answer, ProviderError):
            raise answer
        assert isinstance(answer, str)
        return Outcome(0 if answer else 1, answer.encode(), b"")


def listing(*items: object) -> str:
    return json.dumps({"items": items})


SICK = {
    "not there": ProviderError("m1", "it does not run"),
    "refused": "",
    "no JSON": "<html>",
    "no list": "[]",
    "another kind": '{"items": 3}',
}


@pytest.mark.parametrize("sick", SICK)
def test_pods_are_asked_for_elsewhere_the_next_time(sick: str) -> None:
    machines = Machines(m1=SICK[sick], m2=listing(pod("Running", "True")))
    cluster = ControlPlanes(machines, ["m1", "m2"])  # type: ignore[arg-type]
    assert [cluster.pods() for _ in range(3)] == [None, Pods(1, 1), Pods(1, 1)]
    assert machines.asked == ["m1", "m2", "m2"]


@pytest.mark.parametrize("sick", SICK)
def test_events_are_asked_for_until_somebody_answers(sick: str) -> None:
    machines = Machines(m1=SICK[sick], m2=listing(event(), event(reason="Pulled", type="Normal"), "no event"))
    cluster = ControlPlanes(machines, ["m1", "m2"])  # type: ignore[arg-type]
    assert cluster.events(BEGAN, BEGAN + 60) == tuple(noted(event()))
    assert machines.asked == ["m1", "m2"]


def test_nobody_can_say() -> None:
    machines = Machines(m1="", m2="")
    assert ControlPlanes(machines, ["m1", "m2"]).events(BEGAN, BEGAN + 60) is None  # type: ignore[arg-type]
