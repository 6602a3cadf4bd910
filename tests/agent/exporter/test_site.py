"""What is behind each path."""

import json
import math

import pytest

from hagen.agent.exporter.request import Request
from hagen.agent.exporter.response import Response
from hagen.agent.exporter.site import Site
from hagen.agent.exporter.sources import Heartbeat, WebState
from hagen.agent.snapshot import Snapshot, VIPReading
from tests.agent.exporter.worlds import Agent, nothing, seen
from tests.agent.health.worlds import NOW


def ask(agent: Agent, path: str, method: str = "GET", **headers: str) -> Response:
    return Site(agent, lambda: WebState(configured=True)).respond(Request(method, path, headers=headers))


@pytest.mark.parametrize("assigned", [True, False, None])
def test_the_peer_is_told_what_the_kernel_says(agent: Agent, assigned: bool | None) -> None:
    agent.shown = seen(Snapshot(NOW, vip=VIPReading(assigned=assigned)))
    found = ask(agent, "/vip")
    assert (found.status, found.content_type) == (200, "application/json")
    assert json.loads(found.body) == {"assigned": assigned}


def test_without_a_reading_the_address_is_unknown(agent: Agent) -> None:
    agent.shown = nothing()
    assert json.loads(ask(agent, "/vip").body) == {"assigned": None}


def test_while_every_loop_moves_the_agent_is_healthy(agent: Agent) -> None:
    agent.beats = {"vip": Heartbeat(10.0, 10.0), "hpa": Heartbeat(0.0, 30.0)}
    assert ask(agent, "/healthz").status == 200


@pytest.mark.parametrize("age", [10.1, math.inf, math.nan])
def test_a_loop_that_stands_still_is_named(agent: Agent, age: float) -> None:
    agent.beats["hpa"] = Heartbeat(age, 10.0)
    found = ask(agent, "/healthz")
    assert found.status == 503
    assert b"collector hpa" in found.body
    assert b"collector vip" not in found.body


def test_without_any_loop_the_agent_is_not_healthy(agent: Agent) -> None:
    agent.beats = {}
    assert ask(agent, "/healthz").status == 503


def test_health_of_the_cluster_is_not_health_of_the_agent(agent: Agent) -> None:
    agent.shown = nothing()
    assert ask(agent, "/healthz").status == 200


@pytest.mark.parametrize("path", ["/nowhere", "/metrics/", "//metrics", "", "/../metrics"])
def test_nothing_is_elsewhere(agent: Agent, path: str) -> None:
    assert ask(agent, path).status == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "get"])
def test_nothing_can_be_changed(agent: Agent, method: str) -> None:
    found = ask(agent, "/metrics", method)
    assert (found.status, found.headers["Allow"]) == (405, "GET, HEAD")


def test_the_state_of_the_server_is_among_the_metrics(agent: Agent) -> None:
    assert b"hagen_web_configured 1.0" in ask(agent, "/metrics").body


def test_all_metrics_of_one_answer_are_of_one_view(agent: Agent) -> None:
    ask(agent, "/metrics")
    assert agent.views == 1
