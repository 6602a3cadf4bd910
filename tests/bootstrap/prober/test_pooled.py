"""One kept connection: how long it is kept, and what ends it."""

import socket
from itertools import pairwise

from hagen.bootstrap.prober.records import Outcome
from tests.bootstrap.prober import servers
from tests.bootstrap.prober.servers import answer, answering, attempts_of, probe, serving
from tests.testbed.pki import Certificates

FAST = {"interval": 0.01, "timeout": 5.0}


def test_requests_share_a_connection(certificates: Certificates) -> None:
    with serving(answering(answer()), servers.server_side(certificates)) as server:
        seen = attempts_of(probe("pooled", f"https://{server.address}/", ca_file=certificates.ca, **FAST), 10)
        assert server.connections == 1
    assert all(a.ok and a.connection == 1 for a in seen)


def test_chunked_answers_keep_the_connection() -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\nnode-1 \r\n2\r\nhi\r\n0\r\n\r\n"
    with serving(answering(chunked)) as server:
        seen = attempts_of(probe("pooled", f"http://{server.address}/", **FAST), 5)
    assert {(a.outcome, a.answer, a.connection) for a in seen} == {(Outcome.OK, "node-1", 1)}


def test_there_are_never_two_requests_at_once() -> None:
    with serving(servers.slow(0.1)) as server:
        seen = attempts_of(probe("pooled", f"http://{server.address}/", **FAST), 3)
    assert all(after.start >= before.end for before, after in pairwise(seen))


def test_a_timeout_ends_the_connection() -> None:
    def handle(connection: socket.socket, number: int) -> None:
        (servers.silent if number == 1 else answering(answer()))(connection, number)

    with serving(handle) as server:
        seen = attempts_of(probe("pooled", f"http://{server.address}/", interval=0.01, timeout=0.3), 4)
    assert seen[0].outcome is Outcome.TIMEOUT_RESPONSE
    assert all(a.ok and a.connection == 2 for a in seen[1:])


def test_a_reset_is_a_failure_and_the_next_request_connects_again() -> None:
    def handle(connection: socket.socket, number: int) -> None:
        (servers.resetting if number == 1 else answering(answer()))(connection, number)

    with serving(handle) as server:
        seen = attempts_of(probe("pooled", f"http://{server.address}/", **FAST), 3)
    assert [(a.outcome, a.connection) for a in seen[:2]] == [(Outcome.RESET, 1), (Outcome.OK, 2)]


def test_a_connection_that_was_closed_between_two_requests_is_no_failure() -> None:
    def handle(connection: socket.socket, _: int) -> None:
        servers.request(connection)
        connection.sendall(answer())

    with serving(handle) as server:
        seen = attempts_of(probe("pooled", f"http://{server.address}/", interval=0.2, timeout=5.0), 3)
    assert all(a.ok for a in seen)
    assert [a.connection for a in seen[:3]] == [1, 2, 3]


def test_a_server_that_announces_the_end_is_believed() -> None:
    with serving(answering(answer(fields="Connection: close\r\n"))) as server:
        seen = attempts_of(probe("pooled", f"http://{server.address}/", **FAST), 3)
    assert [(a.ok, a.connection) for a in seen[:3]] == [(True, 1), (True, 2), (True, 3)]


def test_nobody_there() -> None:
    with servers.refusing() as address:
        seen = attempts_of(probe("pooled", f"http://{address}/", **FAST), 3)
    assert {a.outcome for a in seen} == {Outcome.REFUSED}
