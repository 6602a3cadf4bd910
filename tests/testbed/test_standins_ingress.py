"""The ingress stand-in, as a process."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.testbed.pki import Certificates, issue
from tests.testbed.standins.control import command, status
from tests.testbed.standins.ingress_trial import NAME, Worker, ingress
from tests.testbed.standins.trial import Answer, ask, eventually, fetch


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return issue(tmp_path_factory.mktemp("ingress") / "pki", ["app.example"], ["127.0.0.1"])


@pytest.fixture
def plain(certificates: Certificates, tmp_path: Path) -> Iterator[Worker]:
    with ingress(certificates, tmp_path) as worker:
        yield worker


def test_it_says_who_asked_for_what(plain: Worker) -> None:
    connection = plain.connect()
    assert ask(connection, "/") == Answer(200, f"{NAME} 127.0.0.1 /\n")
    assert ask(connection, "/a/b?c=d", "POST", "body") == Answer(200, f"{NAME} 127.0.0.1 /a/b\n")
    connection.close()
    assert fetch(plain.address, plain.tls_port, "/tls", plain.context) == Answer(200, f"{NAME} 127.0.0.1 /tls\n")
    assert status(plain.control)["requests"] == {"/": 1, "/a/b": 1, "/tls": 1}


def test_slow_answers(plain: Worker) -> None:
    began = time.monotonic()
    assert plain.get("/slow?seconds=0.3").status == 200
    assert time.monotonic() - began >= 0.3
    assert plain.get("/slow?seconds=soon").status == 400
    assert plain.get("/slow").status == 400


def test_a_stream(plain: Worker) -> None:
    connection = plain.connect()
    connection.request("GET", "/stream")
    response = connection.getresponse()
    for expected in range(1, 5):
        name, number, _ = response.readline().split()
        assert (name.decode(), int(number)) == (NAME, expected)
    response.close()
    connection.close()
    old = plain.said(b"GET /nothing HTTP/1.0\r\n\r\n")
    assert old.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"Connection: close" in old


def test_modes(plain: Worker) -> None:
    plain.order("error")
    assert plain.get("/").status == 500
    plain.order("hang")
    waiting = plain.connect()
    waiting.request("GET", "/")
    eventually(lambda: status(plain.control)["requests"]["/"] == 2, plain.log)
    plain.order("normal")
    assert waiting.getresponse().status == 200
    waiting.close()
    assert command(plain.control, "unready").startswith("error: one of")


def test_gone_and_back(plain: Worker) -> None:
    kept = plain.connect()
    assert ask(kept, "/").status == 200
    for line in ("gone", "gone refuse"):
        plain.order(line)
    for port in (plain.port, plain.tls_port):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((plain.address, port), timeout=30).close()
    with pytest.raises(OSError, match=r"."):
        ask(kept, "/")
    kept.close()
    assert command(plain.control, "gone drop").startswith("error: ")
    for line in ("back", "back"):
        plain.order(line)
    assert plain.get("/").status == 200
    assert fetch(plain.address, plain.tls_port, "/", plain.context).status == 200


def test_it_ends_on_sigterm(plain: Worker) -> None:
    plain.process.terminate()
    assert plain.process.wait(30) == 0
