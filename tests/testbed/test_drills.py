"""`hagen drill` for real, on the lab: machines die, clients are counted, and everything is as it was afterwards."""

import threading
import time
from collections.abc import Iterator

import pytest

from hagen.bootstrap.drills.ledger import FILE
from hagen.bootstrap.drills.report import Report, Verdict
from tests.testbed.autoscaling import LOCUST, elastic, followed
from tests.testbed.cluster import Cluster
from tests.testbed.drilled.labs import watched_by_agents
from tests.testbed.drilling import Result, begun, drill
from tests.testbed.lab import Lab
from tests.testbed.watching import settled

pytestmark = [pytest.mark.testbed, pytest.mark.timeout(400)]


def held(result: Result) -> Report:
    assert result.report is not None, result.errors
    assert (result.code, result.report.verdict) == (0, Verdict.PASSED), result.report.reasons
    assert result.report.restored.at is not None
    return result.report


@pytest.mark.parametrize("name", ["lb", "control-plane", "worker", "quorum", "partition", "node-freeze"])
def test_a_drill_holds_what_was_promised(watched: Lab, name: str) -> None:
    """With the alerts that it must raise, and no others; a page is written beside the report."""
    report = held(drill(watched, name))
    assert report.drill == name
    assert report.alerts is not None
    expected = {alert.name for alert in report.alerts if alert.expected}
    assert expected <= {alert.name for alert in report.alerts if alert.raised}
    assert [alert.name for alert in report.alerts if alert.raised and not alert.allowed] == []
    if name == "worker":
        assert report.writes is not None
        assert report.writes.acknowledged > 100
        assert report.writes.missing == {host.name: 0 for host in watched.context.of("worker")}
    pods = next(lane for lane in report.lanes if lane.name == "pods")
    assert "3 of 3 ready" in [span.text for span in pods.spans]
    assert ("2 of 3 ready" in [span.text for span in pods.spans]) == (name == "worker")
    noted = {event.text.split(":")[1].strip() for event in report.events if event.source == "Kubernetes"}
    assert noted == ({"Unhealthy", "Started"} if name == "worker" else set())
    assert report.not_measured == ()


def test_a_drill_that_was_killed_is_put_right_by_the_next(watched: Lab) -> None:
    victim = watched.holder()
    with begun(watched, "lb") as drilling:
        killer = threading.Thread(target=_kill_when_off, args=(drilling.process, victim))
        killer.start()
        ended = drilling.end()
        killer.join()
    assert ended.code == -9
    assert watched.problems(), "it was left broken"
    ledger = watched.cluster.directory.parents[1] / ".hagen" / watched.cluster.inventory.cluster / FILE
    assert victim.name in ledger.read_text()
    report = held(drill(watched, "lb"))
    assert victim.powered
    assert not ledger.exists()
    assert report.steady.holder != victim.name, "it was put right before anything else"


def _kill_when_off(process: object, victim: object) -> None:
    while victim.powered:  # type: ignore[attr-defined]
        time.sleep(0.05)
    time.sleep(1)
    process.kill()  # type: ignore[attr-defined]


def test_a_drill_is_not_begun_while_something_is_wrong(watched: Lab) -> None:
    broken = watched.context.of("control-plane")[2]
    watched.power_off(broken)
    try:
        result = drill(watched, "lb")
    finally:
        watched.power_on(broken)
    assert result.code == 1
    assert f"machine {broken.name} is stopped" in result.errors
    assert all(host.powered for host in watched.context.of("load-balancer"))


def test_a_rehearsal_says_what_would_be_done_and_does_nothing(watched: Lab) -> None:
    result = drill(watched, "lb", dry_run=True)
    holder = watched.holder().name
    assert result.code == 0
    assert f"switch off {holder}" in result.output
    assert "clients are served again within 0.4" in result.output
    assert all(host.powered for host in watched.context.of("load-balancer"))


@pytest.fixture
def badly_set(cluster: Cluster) -> Iterator[Lab]:
    """A lab with those settings, watched by the same agents."""
    with watched_by_agents(cluster, "notes") as lab:
        yield lab


def test_bad_settings_do_not_hold(badly_set: Lab) -> None:
    """Drills can fail: with an advert each second nobody is served for seconds."""
    settled(badly_set)
    result = drill(badly_set, "lb")
    assert result.report is not None, result.errors
    assert (result.code, result.report.verdict) == (1, Verdict.FAILED)
    gaps = [
        each
        for each in result.report.objectives
        if each.act == 0 and each.title == "API, new connections: longest time without service"
    ]
    assert [each.verdict for each in gaps] == [Verdict.FAILED]
    assert gaps[0].measured is not None
    assert gaps[0].measured > 2 > (gaps[0].bound or 0)
    assert result.report.restored.at is not None


@pytest.mark.long
def test_the_autoscaler_follows_users_up_and_down(watched: Lab) -> None:
    """Locust with the rendered scenario, faster than people would; real replicas, and what they compute."""
    report = held(followed(watched))
    assert report.load is not None
    assert (report.load.minimum, report.load.maximum) == (3, 9)
    pods = [current for _, current, _, _ in report.load.pods if current is not None]
    assert (pods[0], max(pods), pods[-1]) == (3, 9, 3)
    assert all(step.requests > 0 for step in report.load.steps)
    assert {event.source for event in report.events} >= {"Locust", "HorizontalPodAutoscaler"}


@pytest.mark.long
def test_an_autoscaler_that_does_nothing_fails_its_drill(watched: Lab) -> None:
    """Users wait, and nobody comes."""
    with elastic(watched), begun(watched, "hpa", load="--step-seconds 5,10,10,5", locust=LOCUST) as drilling:
        report = drilling.end().report
    assert report is not None
    assert report.verdict is Verdict.FAILED
    assert any("time until there are at least 9 pods" in reason for reason in report.reasons)
