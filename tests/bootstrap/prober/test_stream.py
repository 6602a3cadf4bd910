"""Streams: lines are successes; breaks and silences begin with the last line."""

import socket
import time
from collections.abc import Sequence

import pytest

from hagen.bootstrap.prober.records import Attempt, Outcome
from tests.bootstrap.prober import servers
from tests.bootstrap.prober.servers import answer, answering, attempts_of, probe, serving

HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def chunk(text: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(text), text)


def lines(connection: socket.socket, number: int, *, many: int) -> None:
    servers.request(connection)
    connection.sendall(HEAD)
    for line in range(many):
        connection.sendall(chunk(f"node-{number} {line}\n".encode()))
        time.sleep(0.02)


def endless(connection: socket.socket, number: int) -> None:
    lines(connection, number, many=100_000)


def failed(attempts: Sequence[Attempt]) -> bool:
    return any(not a.ok for a in attempts)


def test_each_line_is_recorded() -> None:
    with serving(endless) as server:
        seen = attempts_of(probe("stream", f"http://{server.address}/watch", timeout=5.0), 10)
        assert server.connections == 1
    assert {(a.outcome, a.answer, a.start == a.end) for a in seen} == {(Outcome.OK, "node-1", True)}


def test_silence_is_a_break_that_began_with_the_last_line() -> None:
    def handle(connection: socket.socket, number: int) -> None:
        lines(connection, number, many=3)
        servers.silent(connection, number)

    with serving(handle) as server:
        seen = attempts_of(probe("stream", f"http://{server.address}/", timeout=5.0, silence=0.4), failed)
    position = next(number for number, a in enumerate(seen) if not a.ok)
    assert seen[position].outcome is Outcome.TIMEOUT_RESPONSE
    assert seen[position].start == seen[position - 1].end
    assert seen[position].end - seen[position].start >= 0.4


def ending_in_order(connection: socket.socket, number: int) -> None:
    lines(connection, number, many=2)
    connection.sendall(chunk(b""))


def cut_off(connection: socket.socket, number: int) -> None:
    lines(connection, number, many=2)


def resetting(connection: socket.socket, number: int) -> None:
    lines(connection, number, many=2)
    connection.sendall(b"")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


@pytest.mark.parametrize(
    ("handler", "outcome"),
    [(ending_in_order, Outcome.CLOSED), (cut_off, Outcome.CLOSED), (resetting, Outcome.RESET)],
)
def test_every_end_is_a_break_and_followed_by_another_connection(handler: servers.Handler, outcome: Outcome) -> None:
    with serving(handler) as server:
        seen = attempts_of(
            probe("stream", f"http://{server.address}/", timeout=5.0), lambda a: len({x.connection for x in a}) > 2
        )
    assert {a.outcome for a in seen if not a.ok} == {outcome}
    assert {"node-1", "node-2"} <= {a.answer for a in seen}


def test_a_line_in_two_pieces_counts_once() -> None:
    def handle(connection: socket.socket, _: int) -> None:
        servers.request(connection)
        connection.sendall(HEAD + chunk(b"no") + b"8\r\nde")
        time.sleep(0.1)
        connection.sendall(b"-9 x\n\n\r\n")
        servers.silent(connection, 0)

    with serving(handle) as server:
        seen = attempts_of(probe("stream", f"http://{server.address}/", timeout=5.0), 1)
    assert [a.answer for a in seen] == ["node-9"]


def test_another_status_is_a_failure() -> None:
    with serving(answering(answer("node-1", status=500))) as server:
        seen = attempts_of(probe("stream", f"http://{server.address}/"), 2)
    assert {(a.outcome, a.status) for a in seen} == {(Outcome.STATUS, 500)}


def test_nobody_there() -> None:
    with servers.refusing() as address:
        seen = attempts_of(probe("stream", f"http://{address}/"), 3)
    assert {a.outcome for a in seen} == {Outcome.REFUSED}
