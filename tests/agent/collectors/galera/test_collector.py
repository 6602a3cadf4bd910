"""Galera's collector: SQL to real nodes through the port-forward, and everything that can be wrong with the way."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace

import pytest

from hagen.agent.collectors.collector import CollectorError
from hagen.agent.collectors.galera import GaleraCollector
from hagen.agent.config import Galera
from hagen.agent.snapshot import GaleraNode, GaleraReading
from tests.agent.collectors.galera.nodes import PASSWORD, Node, cluster
from tests.agent.kubernetes.apiserver import (
    BROKEN,
    FORBIDDEN,
    GONE,
    RUNTIME_DEAD,
    UNAUTHORIZED,
    ApiServer,
    Channels,
    Forward,
    after_ports,
    at_once,
    captured,
    error,
    not_found,
    relay,
    status,
)  # fmt: skip
from tests.agent.kubernetes.fixtures import SICK_BELOW_HTTP, Hall, keeps_nothing

PODS = "/api/v1/namespaces/apps/pods"
RESOURCE = "/apis/pxc.percona.com/v1/namespaces/apps/perconaxtradbclusters/app"
LEASE = "/apis/coordination.k8s.io/v1/namespaces/pxc-operator/leases/08db1feb.percona.com"


def api(forwards: Mapping[str, Forward]) -> ApiServer:
    pods = captured("pods")
    pods["items"] = [item for item in pods["items"] if item["metadata"]["name"] in forwards]
    answers = {PODS: (200, pods), RESOURCE: (200, captured("perconaxtradbcluster")), LEASE: (200, captured("lease"))}
    return ApiServer(dict(answers), forwards)


def collector(hall: Hall, *urls: str, password: str = PASSWORD, deadline: float = 6.0) -> GaleraCollector:
    path = hall.token.parent / "password"
    path.write_text(password + "\n")
    config = Galera.model_validate({
        "name": "app", "namespace": "apps", "size": 3, "quorum": 2, "passwordFile": str(path),
        "operator": {"namespace": "pxc-operator", "lease": "08db1feb.percona.com"},
    })  # fmt: skip
    return GaleraCollector(config, hall.client(*urls), deadline=deadline)


def look(hall: Hall, forwards: Mapping[str, Forward], **options: object) -> GaleraReading:
    return collector(hall, hall.serve(api(forwards)).url, **options).collect()  # type: ignore[arg-type]


def test_every_node_is_read_through_the_api_server(hall: Hall, nodes: list[Node]) -> None:
    server = api({node.directory.name: relay(node.port) for node in nodes})
    reading = collector(hall, hall.serve(server).url).collect()
    assert sorted(reading.nodes) == ["app-pxc-0", "app-pxc-1"]
    assert not reading.unasked
    first, second = reading.nodes.values()
    for node in (first, second):
        assert (node.up, node.primary, node.ready, node.connected, node.state, node.cluster_size) == (
            True,
            True,
            True,
            True,
            4,
            2,
        )
        assert not node.unreadable
        assert not node.problem
        assert None not in {
            node.flow_control_paused_seconds, node.receive_queue, node.last_committed, node.certification_failures, node.brute_force_aborts,
        }  # fmt: skip
    assert first.view is not None
    assert first.view == second.view
    assert (reading.resource_state, reading.resource_ready) == ("ready", {"pxc": (3, 3), "haproxy": (2, 3)})
    assert reading.operator_renewed == pytest.approx(1795356239.482913)
    query = next(query for path, query, _ in server.requests if path == PODS)
    assert query["labelSelector"] == ["app.kubernetes.io/component=pxc,app.kubernetes.io/instance=app"]


def test_a_node_without_quorum_says_so(hall: Hall, nodes: list[Node]) -> None:
    assert nodes, "what they need is there"
    with cluster(hall.stranger.directory / "stranger.pem", 2) as (survivor, victim):
        forwards = {node.directory.name: relay(node.port) for node in (survivor, victim)}
        victim.stop(kill=True)
        survivor.wait("wsrep_cluster_status", "non-Primary")
        reading = look(hall, forwards)
    lost, dead = reading.nodes["app-pxc-0"], reading.nodes["app-pxc-1"]
    assert (lost.up, lost.primary, lost.ready, lost.view, lost.cluster_size) == (True, False, False, None, 1)
    assert not lost.unreadable
    assert not dead.up
    assert "connection refused" in dead.problem


@pytest.mark.parametrize("phase", ["Pending", "Failed"])
def test_a_pod_without_containers_is_down_and_not_asked(hall: Hall, nodes: list[Node], phase: str) -> None:
    server = api({node.directory.name: relay(node.port) for node in nodes})
    _, pods = server.answers[PODS]
    pods["items"][1]["status"]["phase"] = phase
    reading = collector(hall, hall.serve(server).url).collect()
    assert reading.nodes["app-pxc-0"].up
    assert reading.nodes["app-pxc-1"] == GaleraNode(up=False, problem=f"its pod is {phase}")
    assert not reading.unasked


@contextmanager
def bounded(seconds: float) -> Iterator[None]:
    started = time.monotonic()
    yield
    assert time.monotonic() - started < seconds


@pytest.mark.parametrize("then", ["silent", "close", "reset", "garbage", "drip", "endless"])
@pytest.mark.parametrize("until", range(1, 7))
def test_a_node_that_stops_in_the_middle(hall: Hall, nodes: list[Node], until: int, then: str) -> None:
    forwards = {"app-pxc-0": relay(nodes[0].port), "app-pxc-1": relay(nodes[1].port, until=until, then=then)}
    with bounded(2.5):
        reading = look(hall, forwards, deadline=2)
    assert reading.nodes["app-pxc-0"].primary
    if then == "reset":  # the way to the pod broke, not the pod
        assert list(reading.unasked) == ["app-pxc-1"]
    else:
        assert reading.nodes["app-pxc-1"] == GaleraNode(up=False, problem=reading.nodes["app-pxc-1"].problem)
        assert reading.nodes["app-pxc-1"].problem


# What PyMySQL takes for the start of the largest packet.
DATA = (0x82, b"\x00\xff\xff\xff\x00" + bytes(1000))


async def drip(channels: Channels) -> None:
    """A greeting that takes for ever: no read of it times out."""
    await channels.ports()
    while True:
        await channels.send(0, b"x")
        await asyncio.sleep(0.05)


async def leave(channels: Channels) -> None:
    """Hang up without a word."""
    await channels.ports()


# Asked, and did not answer SQL.
DOWN: dict[str, Forward] = {
    "silent before its greeting": after_ports(),
    "greets with garbage": after_ports((0x82, b"\x00" + bytes(range(256)) * 8)),
    "greets with nothing and hangs up": after_ports((0x82, b"\x00"), (0x88, b"\x03\xe8")),
    "greets with text without end": after_ports((0x82, b"\x00" + b"x" * 1000), repeat=True),
    "drips its greeting": drip,
    "HTTP": after_ports((0x82, b"\x00HTTP/1.1 400 Bad Request\r\n\r\n")),
    "an old MySQL": after_ports((0x82, b"\x00\x10\x00\x00\x00\x0a3.23.58\x00\x01\x00\x00\x00abcdefgh\x00")),
}
# The way to the pod: nothing is known of it.
UNKNOWN: dict[str, Forward] = {
    "silent after the upgrade": at_once(b""),
    "no port": at_once(b"\x82\x01\x00"),
    "another port": at_once(b"\x82\x03\x00\x00\x50"),
    "garbage frames": at_once(bytes(range(256)) * 4),
    "garbage frames later": after_ports(raw=bytes(range(255, 0, -1)) * 4),
    "masked frames": after_ports(raw=b"\x82\x81\x00\x00\x00\x00\x00"),
    "a frame of petabytes": after_ports(raw=b"\x82\x7f\x00\x04\x00\x00\x00\x00\x00\x00"),
    "text": after_ports((0x81, b"0hello")),
    "channel 7": after_ports((0x82, b"\x07hello")),
    "data without end": after_ports(DATA, repeat=True),
    "pings without end": after_ports((0x89, b"x" * 100), repeat=True),
    "nothing without end": after_ports((0x82, b"\x00"), repeat=True),
    "empty pings without end": after_ports((0x89, b""), repeat=True),
    "empty fragments without end": after_ports((0x02, b"\x00"), (0x00, b""), repeat=True),
    "fragments without end": after_ports((0x02, b"\x00"), (0x00, b"x" * 1000), repeat=True),
    "hangs up without a word": leave,
    "container runtime dead": error(RUNTIME_DEAD),
    "pod has no sandbox": error(
        'error forwarding port {port} to pod app-pxc-1, uid : failed to find sandbox "app-pxc-1"'
    ),
}


@pytest.mark.parametrize("name", DOWN)
def test_asked_and_did_not_answer(hall: Hall, nodes: list[Node], name: str) -> None:
    with bounded(2.5):
        reading = look(hall, {"app-pxc-0": relay(nodes[0].port), "app-pxc-1": DOWN[name]}, deadline=2)
    assert reading.nodes["app-pxc-0"].primary
    assert not reading.nodes["app-pxc-1"].up
    assert reading.nodes["app-pxc-1"].problem


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_sick_way_says_nothing_of_the_pod(hall: Hall, nodes: list[Node], name: str) -> None:
    with bounded(2.5):
        reading = look(hall, {"app-pxc-0": relay(nodes[0].port), "app-pxc-1": UNKNOWN[name]}, deadline=2)
    assert list(reading.nodes) == ["app-pxc-0"]
    assert reading.nodes["app-pxc-0"].primary
    assert reading.unasked["app-pxc-1"]


@pytest.mark.parametrize("answer", [
    (401, UNAUTHORIZED), (403, FORBIDDEN), (404, not_found("app-pxc-1")), (410, GONE), (500, BROKEN),
    (500, status(500, "InternalError", "error dialing backend: dial tcp 10.0.0.3:10250: i/o timeout")),
    (400, status(400, "BadRequest", "pod app-pxc-1 does not have a host assigned")),
])  # fmt: skip
def test_a_refused_port_forward_says_nothing_of_the_pod(
    hall: Hall, nodes: list[Node], answer: tuple[int, object]
) -> None:
    server = api({"app-pxc-0": relay(nodes[0].port), "app-pxc-1": relay(1)})
    server.forwards = {"app-pxc-0": relay(nodes[0].port)}
    server.answers[f"{PODS}/app-pxc-1/portforward"] = answer
    reading = collector(hall, hall.serve(server).url, deadline=3).collect()
    assert list(reading.nodes) == ["app-pxc-0"]
    assert str(answer[0]) in reading.unasked["app-pxc-1"]


@pytest.mark.parametrize(
    ("key", "protocol"), [("wrong", "v4.channel.k8s.io"), (None, "v4.base64.channel.k8s.io"), (None, "")]
)
def test_an_upgrade_to_something_else_is_none(hall: Hall, key: str | None, protocol: str) -> None:
    server = replace(api({"app-pxc-0": relay(1)}), accept=key, protocol=protocol)
    with pytest.raises(CollectorError, match=r"app-pxc-0: .*(wrong key|does not speak)"):
        collector(hall, hall.serve(server).url, deadline=2).collect()


def test_a_node_with_an_expired_certificate_is_read(hall: Hall, nodes: list[Node]) -> None:
    """Who the pod is, the API server vouches for; a database whose certificate has expired is not a database that is down."""
    assert nodes, "what they need is there"
    with cluster(hall.authority.directory / "expired.pem", 1) as (node,):
        assert look(hall, {"app-pxc-0": relay(node.port)}).nodes["app-pxc-0"].primary


def test_a_wrong_password_is_an_answer_of_a_living_node(hall: Hall, nodes: list[Node]) -> None:
    reading = look(hall, {"app-pxc-0": relay(nodes[0].port)}, password="wrong")  # noqa: S106
    assert reading.nodes["app-pxc-0"].up
    assert reading.nodes["app-pxc-0"].primary is None
    assert reading.nodes["app-pxc-0"].problem.startswith("1045 Access denied")


@pytest.mark.parametrize("name", SICK_BELOW_HTTP)
def test_a_sick_api_server_is_passed_over(hall: Hall, nodes: list[Node], name: str) -> None:
    server = api({node.directory.name: relay(node.port) for node in nodes})
    with bounded(6):
        reading = collector(hall, hall.sick(name, server), hall.serve(server).url, deadline=6).collect()
    assert [node.primary for node in reading.nodes.values()] == [True, True]
    assert reading.resource_state == "ready"


@pytest.mark.parametrize("name", SICK_BELOW_HTTP)
def test_without_an_api_server_the_collector_fails_in_time(hall: Hall, name: str) -> None:
    with bounded(1.3), pytest.raises(CollectorError, match="the pods of app: "):
        collector(hall, hall.sick(name, ApiServer()), deadline=1).collect()


@pytest.mark.parametrize(
    "answer", [(401, UNAUTHORIZED), (403, FORBIDDEN), (404, b"404 page not found"), (410, GONE), (500, BROKEN)]
)
def test_pods_that_cannot_be_listed_fail_the_collector(hall: Hall, answer: tuple[int, object]) -> None:
    with pytest.raises(CollectorError, match=str(answer[0])):
        collector(hall, hall.serve(ApiServer({PODS: answer})).url).collect()


@pytest.mark.parametrize(
    "answer", [(403, FORBIDDEN), (404, not_found("app")), (500, BROKEN), (200, {}), (200, {"status": [], "spec": 1})]
)
def test_the_context_may_be_missing(hall: Hall, nodes: list[Node], answer: tuple[int, object]) -> None:
    server = api({"app-pxc-0": relay(nodes[0].port)})
    server.answers |= {RESOURCE: answer, LEASE: answer}
    reading = collector(hall, hall.serve(server).url).collect()
    assert reading.nodes["app-pxc-0"].primary
    assert (reading.resource_state, reading.resource_ready, reading.operator_renewed) == (None, {}, None)


def test_no_pods_is_a_reading(hall: Hall) -> None:
    assert look(hall, {}).nodes == {}


def test_a_password_that_cannot_be_read_is_named(hall: Hall) -> None:
    made = collector(hall, "https://127.0.0.1:1")
    (hall.token.parent / "password").unlink()
    with pytest.raises(CollectorError, match=r"password: .*No such file"):
        made.collect()


ROUNDS = 1000


@pytest.mark.timeout(300)
def test_nothing_leaks_over_many_rounds(hall: Hall, nodes: list[Node], held: Callable[[], int]) -> None:
    forwards = {
        "app-pxc-0": relay(nodes[0].port),
        "app-pxc-1": relay(nodes[1].port, until=5, then="reset"),
        "app-pxc-2": error("{port}: no"),
    }
    handler = api(forwards)
    made = collector(hall, hall.serve(handler).url)

    def act() -> None:
        reading = made.collect()
        handler.requests.clear()  # what the server keeps is some MiB in the end, and no leak of the agent
        assert (sorted(reading.nodes), sorted(reading.unasked)) == (["app-pxc-0"], ["app-pxc-1", "app-pxc-2"])

    keeps_nothing(ROUNDS, act, held, megabytes=8)
    nodes[0].wait("Threads_connected", "1")  # the node holds none of our connections either


@pytest.mark.parametrize("then", ["silent", "drip"])
def test_nothing_leaks_over_many_rounds_that_end_by_the_deadline(
    hall: Hall, nodes: list[Node], held: Callable[[], int], then: str
) -> None:
    server = hall.serve(api({"app-pxc-1": relay(nodes[1].port, until=1, then=then)}))
    made = collector(hall, server.url, deadline=0.25)

    def act() -> None:
        with suppress(CollectorError):  # on a busy machine the deadline may come before the list of pods does
            made.collect()

    keeps_nothing(40, act, held, megabytes=8)
    nodes[1].wait("Threads_connected", "1")
