"""New connections: every way to fail has its name, and the schedule does not wait for what hangs."""

import socket
from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import pairwise
from pathlib import Path

import pytest

from hagen.bootstrap.prober.records import Outcome
from tests.bootstrap.prober import servers
from tests.bootstrap.prober.servers import answer, answering, attempts_of, once, probe, serving
from tests.testbed.pki import Certificates, issue

FAST = {"interval": 0.02, "timeout": 5.0}


def test_each_attempt_has_a_connection_of_its_own() -> None:
    with serving(answering(answer("node-2 and more"))) as server:
        seen = attempts_of(probe("new-connection", f"http://{server.address}/", **FAST), 5)
        assert server.connections >= 5
    assert all(a.ok and a.answer == "node-2" and a.status == 200 and a.end >= a.start for a in seen)
    assert [a.connection for a in seen] == list(range(1, len(seen) + 1))


FAILURES: dict[str, tuple[servers.Handler, Outcome]] = {
    "closed": (servers.closing_at_once, Outcome.CLOSED),
    "reset": (servers.resetting, Outcome.RESET),
    "status": (answering(answer("node-1", status=503)), Outcome.STATUS),
    "not HTTP": (once(b"SSH-2.0-whatever\r\n"), Outcome.PROTOCOL),
    "cut off": (once(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nnode"), Outcome.CLOSED),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_has_its_name(name: str) -> None:
    handler, expected = FAILURES[name]
    with serving(handler) as server:
        seen = attempts_of(probe("new-connection", f"http://{server.address}/", **FAST), 3)
    assert {a.outcome for a in seen} == {expected}


def test_an_unexpected_status_says_who_gave_it() -> None:
    with serving(answering(answer("node-3 sorry", status=503))) as server:
        seen = attempts_of(probe("new-connection", f"http://{server.address}/", **FAST), 1)
    assert (seen[0].status, seen[0].answer) == (503, "node-3")


@pytest.mark.parametrize(
    ("place", "outcome"), [(servers.refusing, Outcome.REFUSED), (servers.overrun, Outcome.TIMEOUT_CONNECT)]
)
def test_no_connection_has_its_name(place: Callable[[], AbstractContextManager[str]], outcome: Outcome) -> None:
    with place() as address:
        seen = attempts_of(probe("new-connection", f"http://{address}/", interval=0.05, timeout=0.3), 3)
    assert {a.outcome for a in seen} == {outcome}


@pytest.mark.parametrize(("scheme", "outcome"), [("http", Outcome.TIMEOUT_RESPONSE), ("https", Outcome.TIMEOUT_TLS)])
def test_silence_is_named_after_what_was_waited_for(scheme: str, outcome: Outcome) -> None:
    with serving(servers.silent) as server:
        seen = attempts_of(probe("new-connection", f"{scheme}://{server.address}/", interval=0.05, timeout=0.3), 3)
    assert {a.outcome for a in seen} == {outcome}
    assert all(a.end - a.start >= 0.3 for a in seen)


def test_what_hangs_does_not_hold_up_what_comes_after() -> None:
    with serving(servers.slow(1.0)) as server:
        seen = attempts_of(probe("new-connection", f"http://{server.address}/", interval=0.05, timeout=5.0), 3)
    assert all(a.ok for a in seen)
    assert any(after.start < before.end for before, after in pairwise(seen))


def test_a_slow_answer_in_time_is_an_answer() -> None:
    with serving(servers.slow(0.2)) as server:
        assert attempts_of(probe("new-connection", f"http://{server.address}/", **FAST), 1)[0].ok


def test_an_answer_that_only_the_end_ends() -> None:
    with serving(once(b"HTTP/1.0 200 OK\r\n\r\nnode-7 says")) as server:
        seen = attempts_of(probe("new-connection", f"http://{server.address}/", **FAST), 1)
    assert (seen[0].outcome, seen[0].answer) == (Outcome.OK, "node-7")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_tls_is_verified_against_the_given_authority(certificates: Certificates, host: str) -> None:
    with serving(answering(answer()), servers.server_side(certificates)) as server:
        url = f"https://{host}:{server.port}/"
        assert attempts_of(probe("new-connection", url, ca_file=certificates.ca, **FAST), 3)[0].ok


def test_another_authority_is_not_trusted(certificates: Certificates, tmp_path: Path) -> None:
    other = issue(tmp_path / "other", ["localhost"], ["127.0.0.1"])
    with serving(answering(answer()), servers.server_side(certificates)) as server:
        seen = attempts_of(probe("new-connection", f"https://{server.address}/", ca_file=other.ca, **FAST), 1)
    assert seen[0].outcome is Outcome.TLS


def test_a_certificate_for_another_address_is_not_trusted(tmp_path: Path) -> None:
    other = issue(tmp_path / "other", ["elsewhere"], ["127.0.0.2"])
    with serving(answering(answer()), servers.server_side(other)) as server:
        seen = attempts_of(probe("new-connection", f"https://{server.address}/", ca_file=other.ca, **FAST), 1)
    assert seen[0].outcome is Outcome.TLS


def test_a_server_without_tls_is_a_failure_of_tls(certificates: Certificates) -> None:
    with serving(lambda connection, _: connection.sendall(b"HTTP/1.1 400 No\r\n\r\n")) as server:
        seen = attempts_of(probe("new-connection", f"https://{server.address}/", ca_file=certificates.ca, **FAST), 1)
    assert seen[0].outcome in {Outcome.TLS, Outcome.RESET}


def test_a_name_without_an_address() -> None:
    seen = attempts_of(probe("new-connection", f"http://{'x' * 64}.invalid/", **FAST), 2)
    assert {a.outcome for a in seen} == {Outcome.NAME}


def test_the_headers_of_the_plan_are_sent() -> None:
    asked = []

    def handle(connection: socket.socket, _: int) -> None:
        asked.append(servers.request(connection))
        connection.sendall(answer())

    with serving(handle) as server:
        headers = {"Host": "shop.example", "X-Run": "7"}
        attempts_of(probe("new-connection", f"http://{server.address}/a?b=c", headers=headers, **FAST), 1)
    lines = asked[0].decode().split("\r\n")
    assert lines[0] == "GET /a?b=c HTTP/1.1"
    assert {"Host: shop.example", "X-Run: 7", "Connection: close"} <= set(lines)
    assert sum(line.lower().startswith("host:") for line in lines) == 1
