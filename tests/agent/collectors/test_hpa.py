"""The autoscalers' collector, and what it makes of the API's objects."""

import time

import pytest

from hagen.agent.collectors.collector import CollectorError
from hagen.agent.collectors.hpa import HPACollector, parse_autoscaler, parse_conditions
from hagen.agent.collectors.hpa_targets import parse_targets
from hagen.agent.config import Autoscaler as Configured
from hagen.agent.snapshot import Autoscaler, Condition
from tests.agent.kubernetes.apiserver import BROKEN, FORBIDDEN, GONE, UNAUTHORIZED, ApiServer, captured
from tests.agent.kubernetes.fixtures import SICK_BELOW_HTTP, Hall

LIST = "/apis/autoscaling/v2/namespaces/apps/horizontalpodautoscalers"
TARGET = "/apis/apps/v1/namespaces/apps/deployments/server"


def api() -> ApiServer:
    return ApiServer({LIST: (200, captured("horizontalpodautoscalers")), TARGET: (200, captured("deployment"))})


def collector(hall: Hall, *urls: str, names: tuple[str, ...] = ("apps/server",), deadline: float = 3.0) -> HPACollector:
    configured = []
    for name in names:
        namespace, _, own = name.partition("/")
        configured.append(Configured(name=own, namespace=namespace, min=1, max=9))
    return HPACollector(tuple(configured), hall.client(*urls), deadline=deadline)


def test_autoscalers_as_the_api_has_them(hall: Hall) -> None:
    server = hall.serve(api())
    reading = collector(hall, server.url, names=("apps/server", "apps/blind", "apps/new", "apps/gone")).collect()
    assert not reading.unasked
    assert reading.autoscalers == {
        "apps/server": Autoscaler(
            present=True, minimum=3, maximum=9, current=5, desired=6, ready=5, last_scale=1795355710.0,
            conditions={
                "AbleToScale": Condition(status=True, reason="SucceededRescale"),
                "ScalingActive": Condition(status=True, reason="ValidMetricFound"),
                "ScalingLimited": Condition(status=False, reason="DesiredWithinRange"),
            },
            targets={"cpu": (0.82, 0.7)},
        ),
        "apps/blind": Autoscaler(
            present=True, minimum=1, maximum=4, current=1, desired=0,
            conditions={
                "AbleToScale": Condition(status=True, reason="SucceededGetScale"),
                "ScalingActive": Condition(status=False, reason="FailedGetResourceMetric"),
            },
            targets={"cpu": (None, 0.7)},
        ),
        "apps/new": Autoscaler(present=True, minimum=2, maximum=4, current=0, desired=0),
        "apps/gone": Autoscaler(present=False),
    }  # fmt: skip
    assert server.connections == 1


def test_a_namespace_that_may_not_be_read_is_unknown(hall: Hall) -> None:
    server = api()
    server.answers["/apis/autoscaling/v2/namespaces/other/horizontalpodautoscalers"] = (403, FORBIDDEN)
    reading = collector(hall, hall.serve(server).url, names=("other/x", "apps/server")).collect()
    assert list(reading.autoscalers) == ["apps/server"]
    assert "403" in reading.unasked["other"]


@pytest.mark.parametrize(
    "answer",
    [
        (401, UNAUTHORIZED),
        (403, FORBIDDEN),
        (404, b"404 page not found"),
        (410, GONE),
        (500, BROKEN),
        (200, b"{}"),
        (200, b""),
    ],
)
def test_an_answer_that_is_none_fails_the_collector(hall: Hall, answer: tuple[int, object]) -> None:
    with pytest.raises(CollectorError, match=r"^apps: "):
        collector(hall, hall.serve(ApiServer({LIST: answer})).url).collect()


@pytest.mark.parametrize(
    "answer", [(403, FORBIDDEN), (404, b"404 page not found"), (500, BROKEN), (200, {}), (200, {"status": {}})]
)
def test_an_autoscaler_is_worth_knowing_without_its_target(hall: Hall, answer: tuple[int, object]) -> None:
    server = api()
    server.answers[TARGET] = answer
    autoscaler = collector(hall, hall.serve(server).url).collect().autoscalers["apps/server"]
    assert (autoscaler.current, autoscaler.ready) == (5, None)


@pytest.mark.parametrize("name", SICK_BELOW_HTTP)
def test_a_sick_api_server_fails_the_collector_in_time(hall: Hall, name: str) -> None:
    started = time.monotonic()
    with pytest.raises(CollectorError):
        collector(hall, hall.sick(name, api()), deadline=0.6).collect()
    assert time.monotonic() - started < 0.9


@pytest.mark.parametrize("name", SICK_BELOW_HTTP)
def test_a_sick_api_server_is_passed_over(hall: Hall, name: str) -> None:
    reading = collector(hall, hall.sick(name, api()), hall.serve(api()).url, deadline=1.5).collect()
    assert reading.autoscalers["apps/server"].ready == 5


def test_no_autoscalers_need_no_api_server(hall: Hall) -> None:
    assert collector(hall, "https://127.0.0.1:1", names=()).collect().autoscalers == {}


def test_a_deployment_without_ready_pods_leaves_the_number_out() -> None:
    assert parse_autoscaler({}, {"status": {"observedGeneration": 1, "replicas": 3}}).ready == 0
    assert parse_autoscaler({}, {"status": {}}).ready is None


def test_what_is_not_what_it_should_be_is_unknown() -> None:
    strange = {
        "spec": {"minReplicas": "2", "maxReplicas": True},
        "status": {"currentReplicas": -1, "desiredReplicas": [], "lastScaleTime": "soon"},
    }
    assert parse_autoscaler(strange, {"status": "x"}) == Autoscaler(present=True)


def test_conditions() -> None:
    entries = [
        {"type": "A", "status": "Unknown"},
        {"type": "B", "status": "true"},
        {"status": "True"},
        {"type": "C", "status": []},
        5,
    ]
    assert parse_conditions({"status": {"conditions": entries}}) == {"A": Condition(status=None, reason="")}


def test_every_kind_of_metric() -> None:
    assert parse_targets(captured("metrics")) == {
        "cpu": (0.82, 0.7),
        "memory": (209715200.0, 268435456.0),
        "containers/server/cpu": (0.164, 0.25),
        "pods/requests": (12.5, 10.0),
        "object/Service/server/latency": (0.02, 0.05),
        "external/queue": (None, 30.0),
    }


def test_metrics_that_the_status_cannot_tell_apart_are_unknown() -> None:
    metric = {"type": "External", "external": {"metric": {"name": "queue"}, "target": {"type": "Value", "value": "1"}}}
    seen = {"type": "External", "external": {"metric": {"name": "queue"}, "current": {"value": "2"}}}
    assert parse_targets({"spec": {"metrics": [metric]}, "status": {"currentMetrics": [seen]}}) == {
        "external/queue": (2, 1)
    }
    assert parse_targets({"spec": {"metrics": [metric]}, "status": {"currentMetrics": [seen, seen]}}) == {
        "external/queue": (None, 1)
    }
    assert parse_targets({"spec": {"metrics": [metric, metric]}, "status": {"currentMetrics": [seen]}}) == {
        "external/queue": (None, None)
    }


@pytest.mark.parametrize("entry", [
    {}, {"type": "Resource"}, {"type": "Resource", "resource": {"name": 5}}, {"type": "Strange", "strange": {"name": "x"}}, {"type": ["Resource"]},
    {"type": "ContainerResource", "containerResource": {"name": "cpu"}}, {"type": "Object", "object": {"metric": {"name": "x"}}},
])  # fmt: skip
def test_a_metric_without_its_name_is_left_out(entry: dict[str, object]) -> None:
    assert parse_targets({"spec": {"metrics": [entry]}, "status": {"currentMetrics": [entry]}}) == {}
