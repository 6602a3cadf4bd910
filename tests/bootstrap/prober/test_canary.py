"""Numbered writes to a real MariaDB server."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pymysql
import pytest

from hagen.bootstrap.prober.canary import Canary
from hagen.bootstrap.prober.database import Server, failure_of, read_present
from hagen.bootstrap.prober.plan import CanaryProbe
from hagen.bootstrap.prober.records import Attempt, Outcome
from hagen.bootstrap.prober.writes import acknowledged, missing_writes
from tests.bootstrap.prober import servers
from tests.bootstrap.prober.mariadb import PASSWORD, MariaDB, mariadb

Enough = Callable[[Sequence[Attempt]], bool]


@pytest.fixture(scope="module")
def database() -> Iterator[MariaDB]:
    with mariadb() as running:
        yield running


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY_PASSWORD", PASSWORD)


def probe(port: int, directory: Path, **fields: Any) -> CanaryProbe:
    settings: dict[str, Any] = {
        "timeout": 5.0,
        "interval": 0.01,
        "run": directory.name[:64],
        "acknowledged": directory / "log",
    } | fields
    return CanaryProbe(
        name="it", kind="canary", host="127.0.0.1", port=port, user="canary", database="canary",
        password_environment="CANARY_PASSWORD", **settings,  # noqa: S106
    )  # fmt: skip


def written(probe: CanaryProbe, *story: tuple[Enough, Callable[[], object]]) -> list[Attempt]:
    """Run the canary; when there is enough of one thing, do the next."""

    async def watch() -> list[Attempt]:
        canary, stop = Canary(probe), asyncio.Event()
        task = asyncio.create_task(canary.run(stop, asyncio.get_running_loop().time()))
        try:
            async with asyncio.timeout(90):
                for enough, then in story:
                    while not enough(canary.attempts):  # noqa: ASYNC110 - it is another thread that is waited for
                        await asyncio.sleep(0.01)
                    await asyncio.to_thread(then)
        finally:
            stop.set()
            await task
        return list(canary.attempts)

    return asyncio.run(watch())


def many(number: int) -> Enough:
    return lambda attempts: sum(a.ok for a in attempts) >= number


def nothing() -> None:
    """The end of a story."""


def test_what_is_acknowledged_is_there(database: MariaDB, tmp_path: Path) -> None:
    seen = written(probe(database.port, tmp_path), (many(20), nothing))
    confirmed = acknowledged(tmp_path / "log")
    assert all(a.ok and a.connection == 1 and a.answer for a in seen)
    assert confirmed == set(range(1, len(seen) + 1))
    assert missing_writes(confirmed, {"it": read_present(database.server(), tmp_path.name[:64])}) == {"it": set()}


def test_the_writes_can_be_read_over_a_unix_socket(database: MariaDB, tmp_path: Path) -> None:
    written(probe(database.port, tmp_path), (many(3), nothing))
    server = Server(user="root", password="", database="canary", unix_socket=database.unix_socket)
    assert read_present(server, tmp_path.name[:64]) == acknowledged(tmp_path / "log")
    assert read_present(server, "another run") == set()


def test_each_write_over_a_new_connection(database: MariaDB, tmp_path: Path) -> None:
    seen = written(probe(database.port, tmp_path, mode="new-connection"), (many(5), nothing))
    assert [a.connection for a in seen] == list(range(1, len(seen) + 1))


def test_a_crash_loses_no_acknowledged_write_and_no_number_is_used_twice(tmp_path: Path) -> None:
    def down(attempts: Sequence[Attempt]) -> bool:
        return sum(not a.ok for a in attempts) >= 3

    with mariadb() as own:
        seen = written(
            probe(own.port, tmp_path), (many(10), own.kill), (down, own.start), (lambda a: a[-1].ok, nothing)
        )
        assert {a.outcome for a in seen if not a.ok} <= {Outcome.RESET, Outcome.CLOSED, Outcome.REFUSED}
        present = read_present(own.server(), tmp_path.name[:64])
    confirmed = acknowledged(tmp_path / "log")
    assert len(confirmed) == sum(a.ok for a in seen)
    assert confirmed <= present <= set(range(1, len(seen) + 1))
    assert seen[-1].connection > 1


def test_a_server_that_hangs_is_a_timeout(tmp_path: Path) -> None:
    with mariadb() as own:
        assert own.process is not None
        process = own.process
        seen = written(
            probe(own.port, tmp_path, timeout=0.5),
            (many(3), lambda: os.kill(process.pid, signal.SIGSTOP)),
            (lambda a: sum(not x.ok for x in a) >= 2, lambda: os.kill(process.pid, signal.SIGCONT)),
            (lambda a: a[-1].ok, nothing),
        )
    assert Outcome.TIMEOUT_RESPONSE in {a.outcome for a in seen}


def test_the_databases_own_error_has_a_number(database: MariaDB, tmp_path: Path) -> None:
    database.execute("SET GLOBAL read_only = 1")
    try:
        seen = written(probe(database.port, tmp_path), (lambda a: len(a) >= 3, nothing))
    finally:
        database.execute("SET GLOBAL read_only = 0")
    assert {(a.outcome, a.answer) for a in seen} == {(Outcome.ERROR, "1290")}
    assert acknowledged(tmp_path / "log") == set()


def test_a_wrong_password_is_the_databases_own_error(
    database: MariaDB, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CANARY_PASSWORD", "wrong")
    seen = written(probe(database.port, tmp_path), (lambda a: len(a) >= 2, nothing))
    assert {(a.outcome, a.answer) for a in seen} == {(Outcome.ERROR, "1045")}


@pytest.mark.parametrize(
    ("handler", "outcomes"),
    [
        (servers.silent, {Outcome.TIMEOUT_RESPONSE}),
        (lambda connection, _: connection.recv(0), {Outcome.CLOSED}),
        (lambda connection, _: connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n"), set(Outcome) - {Outcome.OK}),
    ],
)
def test_what_is_no_database(handler: servers.Handler, outcomes: set[Outcome], tmp_path: Path) -> None:
    with servers.serving(handler) as server:
        seen = written(probe(server.port, tmp_path, timeout=0.5), (lambda a: len(a) >= 2, nothing))
    assert {a.outcome for a in seen} <= outcomes


def test_nobody_there(tmp_path: Path) -> None:
    with servers.refusing() as address:
        port = int(address.rpartition(":")[2])
        seen = written(probe(port, tmp_path), (lambda a: len(a) >= 3, nothing))
    assert {a.outcome for a in seen} == {Outcome.REFUSED}


def test_errors_of_no_known_kind_have_an_outcome() -> None:
    assert failure_of(pymysql.InterfaceError("what"))[0] is Outcome.PROTOCOL
    assert failure_of(IndexError("half a packet"))[0] is Outcome.PROTOCOL
    assert failure_of(pymysql.OperationalError(2013, "Lost connection"))[0] is Outcome.CLOSED
