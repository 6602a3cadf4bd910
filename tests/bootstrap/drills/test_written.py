"""What became of numbered writes, asked of a real MariaDB server."""

from collections.abc import Iterator

import pytest

from hagen.bootstrap.drills import written
from hagen.bootstrap.drills.clients import Database
from hagen.bootstrap.drills.written import ThroughDatabase
from hagen.bootstrap.prober.database import Session
from tests.bootstrap.prober.mariadb import PASSWORD, MariaDB, mariadb


@pytest.fixture(scope="module")
def database() -> Iterator[MariaDB]:
    with mariadb() as running:
        yield running


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAGEN_DRILL_PASSWORD", PASSWORD)
    monkeypatch.setattr(written, "_PAUSE", 0.01)


def place(port: int, user: str = "canary") -> Database:
    return Database("127.0.0.1", port, user, "canary", "HAGEN_DRILL_PASSWORD")


def test_the_writes_of_one_run_are_found(database: MariaDB) -> None:
    session = Session(database.server(), create=True)
    for run, number in (("one", 1), ("one", 2), ("other", 3)):
        session.insert(run, number)
    session.close()
    assert ThroughDatabase(place(database.port)).present("one") == {f"127.0.0.1:{database.port}": {1, 2}}


def test_who_cannot_say_is_not_believed_to_have_nothing(database: MariaDB) -> None:
    for asked in (place(1), place(database.port, "stranger")):
        assert ThroughDatabase(asked).present("one") == {f"127.0.0.1:{asked.port}": None}
