"""What stand-ins do when they are told to, through their control socket."""

import errno
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.testbed.standins.apiserver_trial import NAME, Etcd, Server, apiserver, etcd
from tests.testbed.standins.control import command, status
from tests.testbed.standins.trial import ask, connect, eventually


@pytest.fixture(scope="module", name="etcd")
def fixture_etcd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Etcd]:
    with etcd(tmp_path_factory.mktemp("etcd")) as started:
        yield started


@pytest.fixture
def server(etcd: Etcd, tmp_path: Path) -> Iterator[Server]:
    with apiserver(etcd, tmp_path) as started:
        yield started


def test_a_watch_is_silent_while_the_server_hangs(server: Server) -> None:
    connection = server.connect()
    connection.request("GET", "/watch")
    response = connection.getresponse()
    assert response.headers["Transfer-Encoding"] == "chunked"
    for expected in range(1, 6):
        name, number, _ = response.readline().split()
        assert (name.decode(), int(number)) == (NAME, expected)
    server.order("hang")
    command(server.control, "normal")
    numbers = [int(response.readline().split()[1]) for _ in range(5)]
    assert numbers == list(range(6, 11)), "nothing is lost, nothing is made up for"
    response.close()
    connection.close()
    eventually(lambda: status(server.control)["streams"] == 0, server.log)


def test_a_hanging_server_takes_requests_and_answers_when_it_wakes_up(server: Server) -> None:
    kept, fresh = server.connect(), server.connect()
    assert ask(kept, "/livez").status == 200
    server.order("hang")
    seen = status(server.control)["requests"].get("/readyz", 0)
    kept.request("GET", "/readyz")
    fresh.request("GET", "/readyz")
    eventually(lambda: status(server.control)["requests"]["/readyz"] == seen + 2, server.log)
    assert status(server.control)["mode"] == "hang"
    impatient = connect(server.address, server.port, server.context, patience=0.5)
    with pytest.raises(TimeoutError):
        ask(impatient, "/livez")
    server.order("normal")
    for connection in (kept, fresh):
        assert connection.getresponse().read().decode() == f"{NAME} ok\n"
        connection.close()
    impatient.close()


def test_modes(server: Server) -> None:
    server.order("error")
    for path in ("/livez", "/readyz", "/kv"):
        assert server.get(path).status == 500
    server.order("unready")
    assert server.get("/livez").status == 200
    assert server.get("/kv").status == 200
    for path in ("/readyz", "/healthz"):
        assert "[-]testbed failed" in server.get(path).body
    server.order("slow 0.3")
    began = time.monotonic()
    assert server.get("/livez").status == 200
    assert time.monotonic() - began >= 0.3
    server.order("normal")
    assert server.get("/readyz").status == 200


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("slow", "takes seconds"),
        ("slow nan", "takes seconds"),
        ("slow 1 2", "takes seconds"),
        ("hang 1", "takes no '1'"),
        ("sleep", "one of die, drain"),
        ("", "one of die, drain"),
    ],
)
def test_a_command_that_is_none(server: Server, line: str, message: str) -> None:
    assert command(server.control, line).startswith(f"error: {message}")
    assert status(server.control)["mode"] == "normal"


@pytest.mark.parametrize("by", ["command", "SIGTERM"])
def test_a_draining_server_is_unready_and_serves(etcd: Etcd, tmp_path: Path, by: str) -> None:
    with apiserver(etcd, tmp_path, "--shutdown-delay=600") as server:
        kept = server.connect()
        assert ask(kept, "/livez").status == 200
        drain(server, by)
        eventually(lambda: "[-]shutdown failed: reason withheld" in ask(kept, "/readyz").body, server.log)
        assert server.get("/healthz").status == 200, "kube-apiserver's /healthz knows no shutdown"
        assert ask(kept, "/kv").status == 200
        assert status(server.control)["mode"] == "drain"
        kept.close()


@pytest.mark.parametrize("by", ["command", "SIGTERM"])
def test_a_drained_server_ends_properly(etcd: Etcd, tmp_path: Path, by: str) -> None:
    with apiserver(etcd, tmp_path, "--shutdown-delay=0.2") as server:
        kept, watching = server.connect(), server.connect()
        watching.request("GET", "/watch")
        watch = watching.getresponse()
        assert ask(kept, "/livez").status == 200
        drain(server, by)
        lines = watch.read().decode().splitlines()  # raises IncompleteRead, were the end not a proper one
        assert {line.split()[0] for line in lines} == {NAME}
        assert server.process.wait(30) == 0
        with pytest.raises(ConnectionRefusedError):
            server.get("/livez")
        kept.close()
        watching.close()


def test_a_hanging_server_drains_too(server: Server) -> None:
    waiting = server.connect()
    server.order("hang")
    waiting.request("GET", "/livez")
    eventually(lambda: status(server.control)["requests"].get("/livez") == 1, server.log)
    server.order("drain")
    assert server.process.wait(30) == 0
    waiting.close()


def drain(server: Server, by: str) -> None:
    if by == "command":
        server.order("drain")
    else:
        server.process.terminate()


def test_die_resets_connections(server: Server) -> None:
    connection = server.connect()
    connection.connect()
    assert connection.sock is not None
    server.order("die")
    assert server.process.wait(30) == 1
    assert connection.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == errno.ECONNRESET
    connection.close()
