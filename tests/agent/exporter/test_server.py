"""Clients of all manners against a real server: no client costs another anything, and nothing is left of them."""

import contextlib
import gc
import resource
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from hagen.agent.exporter.connection import Outcome
from hagen.agent.exporter.server import ServeError, Server
from hagen.agent.exporter.sources import Heartbeat, View
from tests.agent.exporter.clients import connect, ended, exchange, get
from tests.agent.exporter.conftest import Serve
from tests.agent.exporter.worlds import Agent, everything
from tests.agent.health.worlds import configuration

GET = b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"


def eventually(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def count(server: Server, outcome: Outcome) -> int:
    return server.state().connections[outcome]


def test_a_scrape(serve: Serve) -> None:
    found = get(serve(), Accept_Encoding="gzip")
    assert found.status == 200
    assert found.headers["content-encoding"] == "gzip"
    assert found.headers["connection"] == "close"
    assert found.headers["content-length"] == str(len(found.body))


@pytest.mark.parametrize(
    ("path", "status"), [("/", 200), ("/metrics", 200), ("/healthz", 200), ("/vip", 200), ("/x", 404)]
)
def test_paths(serve: Serve, path: str, status: int) -> None:
    server = serve()
    found, head = get(server, path), get(server, path, "HEAD")
    assert found.status == head.status == status
    assert head.body == b""
    assert found.body
    assert found.headers["x-content-type-options"] == "nosniff"


def test_nothing_can_be_posted(serve: Serve) -> None:
    assert get(serve(), "/metrics", "POST").status == 405


def test_old_clients_are_served(serve: Serve) -> None:
    assert exchange(serve(), b"GET /vip HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\x00" * 100 + b"\r\n\r\n", 400),
        (bytes(range(256)) * 40 + b"\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", 431),
        (b"x" * 1_000_000, 431),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 5000, 431),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n" + b"x" * 500_000, 413),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (b"GET / HTTP/3.0\r\n\r\n", 505),
        (b"\n", 400),
        (b"GET / HTTP/1.1\nHost: a\n\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\n", 400),
    ],
    ids=[
        "zeros", "garbage", "one huge header", "endless line", "endless headers", "a body", "TLS", "version",
        "LF alone", "lines of another system", "one line of another system",
    ],
)  # fmt: skip
def test_what_is_no_request_gets_an_answer_all_the_same(serve: Serve, data: bytes, status: int) -> None:
    """Also while it is still being sent: an RST would destroy the answer."""
    server = serve()
    sock = connect(server)
    with sock:
        with contextlib.suppress(ConnectionError):
            sock.sendall(data)
        assert ended(sock).startswith(f"HTTP/1.1 {status} ".encode())
    assert get(server).status == 200
    eventually(lambda: count(server, Outcome.REFUSED) == 1)


def test_200_idle_connections_do_not_delay_a_scrape(serve: Serve) -> None:
    server = serve(request=60.0)
    idle = [connect(server) for _ in range(200)]
    try:
        assert get(server).status == 200
    finally:
        for sock in idle:
            sock.close()
    eventually(lambda: count(server, Outcome.GONE) == 200)


def test_when_there_are_too_many_the_most_patient_gives_way(serve: Serve) -> None:
    server = serve(request=60.0, connections=8)
    idle = [connect(server) for _ in range(20)]
    try:
        assert all(get(server).status == 200 for _ in range(5))
        assert ended(idle[0]) == b""
        assert count(server, Outcome.EVICTED) >= 12
    finally:
        for sock in idle:
            sock.close()


def test_who_says_nothing_is_sent_away(serve: Serve) -> None:
    server = serve(request=0.2)
    with connect(server) as sock:
        assert ended(sock) == b""
    eventually(lambda: count(server, Outcome.TIMEOUT) == 1)


def test_who_drips_is_sent_away(serve: Serve) -> None:
    """Each byte comes in time, and the request never does."""
    server = serve(request=0.5)
    with connect(server) as sock, contextlib.suppress(ConnectionError):
        for byte in GET[:-1] * 100:
            sock.sendall(bytes((byte,)))
            time.sleep(0.02)
            if count(server, Outcome.TIMEOUT):
                break
    eventually(lambda: count(server, Outcome.TIMEOUT) == 1)


def test_who_stops_reading_is_sent_away_and_costs_nobody_else_anything(serve: Serve, agent: Agent) -> None:
    agent.shown = everything(configuration(etcd=2001))  # some megabytes
    server = serve(whole=2.0)
    greedy = [connect(server, buffer=4096) for _ in range(10)]
    try:
        for sock in greedy:
            sock.sendall(GET)
        assert get(server, "/vip").status == 200
        eventually(lambda: count(server, Outcome.TIMEOUT) == 10)
    finally:
        for sock in greedy:
            sock.close()


def test_who_resets_the_connection_is_forgotten(serve: Serve) -> None:
    server = serve()
    for data in (b"", b"GET", GET):
        sock = connect(server)
        sock.sendall(data)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()
    assert get(server).status == 200
    eventually(lambda: sum(server.state().connections.values()) == 4)


def test_who_has_said_all_may_shut_down_his_side(serve: Serve) -> None:
    with connect(serve()) as sock:
        sock.sendall(b"GET /vip HTTP/1.1\r\nHost: a\r\n\r\n")
        sock.shutdown(socket.SHUT_WR)
        assert ended(sock).endswith(b'{"assigned": true}\n')


class Slow(Agent):
    """Its metrics take until they are told to be there."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.go = threading.Event(), threading.Event()

    def view(self) -> View:
        self.asked.set()
        assert self.go.wait(30)
        return super().view()


def test_while_one_answer_takes_long_another_client_is_served(serve: Serve) -> None:
    slow = Slow()
    server = serve(sources=slow)
    with connect(server) as sock:
        sock.sendall(GET)
        assert slow.asked.wait(10)
        assert get(server, "/healthz").status == 200
        slow.go.set()
        assert ended(sock).startswith(b"HTTP/1.1 200 OK")


class Broken(Agent):
    """It has a bug."""

    def heartbeat(self) -> Mapping[str, Heartbeat]:
        raise OSError("a bug")


def test_a_bug_is_one_answer_and_not_the_end(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    server = serve(sources=Broken())
    found = get(server, "/healthz")
    assert found.status == 500
    assert b"a bug" not in found.body
    assert "a bug" in caplog.text
    assert get(server).status == 200
    eventually(lambda: count(server, Outcome.FAILED) == 1)


def test_a_port_that_is_taken(serve: Serve, agent: Agent) -> None:
    with pytest.raises(
        ServeError, match=r"cannot listen on 127\.0\.0\.1, port \d+: Address already in use; choose another"
    ):
        Server(agent, address="127.0.0.1", port=serve().port)


def test_an_address_of_another_host(agent: Agent) -> None:
    with pytest.raises(ServeError, match=r"cannot listen on 192\.0\.2\.1"):
        Server(agent, address="192.0.2.1")


@pytest.mark.parametrize("address", ["", "::1"])
def test_other_addresses(agent: Agent, address: str) -> None:
    if address and not socket.has_dualstack_ipv6():
        pytest.skip("no IPv6 here")
    with (
        Server(agent, address=address) as server,
        socket.create_connection((address or "127.0.0.1", server.port), 30) as sock,
    ):
        sock.sendall(GET)
        assert ended(sock).startswith(b"HTTP/1.1 200 OK")


def test_the_end_of_the_server_is_the_end_of_every_connection(agent: Agent) -> None:
    with Server(agent, address="127.0.0.1") as server:
        idle = [connect(server) for _ in range(5)]
        assert get(server).status == 200
    for sock in idle:
        with sock:
            assert ended(sock) == b""
    with pytest.raises(ConnectionRefusedError):
        get(server)


def test_a_server_that_never_started_can_be_stopped(agent: Agent) -> None:
    Server(agent, address="127.0.0.1").stop()


def test_without_descriptors_it_waits_and_then_goes_on(serve: Serve) -> None:
    """accept() fails with EMFILE: the most patient client makes room."""
    server = serve(request=60.0)
    assert get(server).status == 200
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    waiting = [socket.socket() for _ in range(20)]
    try:
        highest = max(sock.fileno() for sock in waiting)
        resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 4, hard))
        for sock in waiting:
            sock.settimeout(30)
            sock.connect(("127.0.0.1", server.port))
        eventually(lambda: count(server, Outcome.EVICTED) > 0)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for sock in waiting:
            sock.close()
    assert get(server).status == 200


def resident() -> int:
    fields = Path("/proc/self/statm").read_text().split()
    return int(fields[1]) * resource.getpagesize()


def one_round(server: Server, turn: int) -> None:
    """Of five kinds, in turn."""
    match turn % 5:
        case 0:
            assert get(server, "/vip").status == 200
        case 1:
            assert exchange(server, b"nonsense\r\n\r\n").startswith(b"HTTP/1.1 400")
        case 2:
            connect(server).close()
        case 3:
            with connect(server) as sock:
                sock.sendall(b"GET / HT")
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        case _:
            assert get(server, "/nowhere").status == 404


def footprint() -> tuple[int, int, int]:
    gc.collect()
    return threading.active_count(), len(list(Path("/proc/self/fd").iterdir())), resident()


def test_nothing_is_left_of_1000_rounds(serve: Serve) -> None:
    server = serve()

    def rounds(number: int, total: int) -> None:
        for turn in range(number):
            one_round(server, turn)
        eventually(lambda: sum(server.state().connections.values()) == total)

    rounds(200, 200)
    before = footprint()
    rounds(1000, 1200)
    after = footprint()
    assert after[:2] == before[:2]
    assert after[2] - before[2] < 4 * 2**20
