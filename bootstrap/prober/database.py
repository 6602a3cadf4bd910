"""What the canary says to a MySQL server. The only importer of PyMySQL, which blocks."""

import contextlib
from dataclasses import dataclass
from pathlib import Path

import pymysql
from pymysql.connections import Connection

from .failures import outcome_of
from .records import Outcome

_CREATE = (
    "CREATE TABLE IF NOT EXISTS canary (run VARCHAR(64) NOT NULL, id BIGINT NOT NULL, node VARCHAR(255) NOT NULL, "
    "PRIMARY KEY (run, id))"
)
_INSERTS = {
    name: f"INSERT INTO canary (run, id, node) VALUES (%s, %s, @@{name})"  # noqa: S608 - the two names below
    for name in ("wsrep_node_name", "hostname")
}
_NAMES = "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('wsrep_node_name', 'hostname')"
_NO_CONNECTION = {2003, 2006, 2013, 2014}  # MySQL's client errors: none, or no more
_CONNECT = 2003


@dataclass(frozen=True)
class Server:
    """Where to connect, and as whom. `timeout`: seconds for the connection, and for each wait for a packet."""

    user: str
    password: str
    database: str
    host: str | None = None
    port: int = 3306
    unix_socket: Path | None = None
    timeout: float = 0.5

    def connect(self) -> Connection:
        """A connection that commits each statement."""
        return pymysql.connect(
            host=self.host,
            port=self.port,
            unix_socket=None if self.unix_socket is None else str(self.unix_socket),
            user=self.user,
            password=self.password,
            database=self.database,
            autocommit=True,
            connect_timeout=self.timeout,
            read_timeout=self.timeout,
            write_timeout=self.timeout,
        )


class Session:
    """One connection of the canary. `node`: the name of the node behind it."""

    def __init__(self, server: Server, *, create: bool) -> None:
        self._connection = server.connect()
        try:
            with self._connection.cursor() as cursor:
                if create:
                    cursor.execute("SET SESSION sql_notes = 0")  # that the table exists is worth no note
                    cursor.execute(_CREATE)
                cursor.execute(_NAMES)
                names = {str(row[0]): str(row[1]) for row in cursor.fetchall()}
        except BaseException:
            self.close()
            raise
        self._insert = _INSERTS["wsrep_node_name" if "wsrep_node_name" in names else "hostname"]
        self.node = names.get("wsrep_node_name") or names.get("hostname", "")

    def insert(self, run: str, number: int) -> None:
        """Write; when it returns, the write is acknowledged."""
        with self._connection.cursor() as cursor:
            cursor.execute(self._insert, (run, number))

    def close(self) -> None:
        """A word of goodbye where that does not block, and the end."""
        with contextlib.suppress(pymysql.MySQLError, OSError):
            self._connection.close()


def failure_of(failure: Exception) -> tuple[Outcome, str]:
    """The outcome, and the number of the database's own error. The exception gives up what it holds on to.

    PyMySQL ties its errors, their frames and the connection into a knot, which only a collection would undo; the prober
    does without collections.
    """
    found = _judge(failure)
    knot: BaseException | None = failure
    while knot is not None:
        reason = getattr(knot, "original_exception", None)
        if isinstance(reason, BaseException):
            reason.__traceback__ = None
        knot.__traceback__ = None
        knot = knot.__context__
    return found


def _judge(failure: Exception) -> tuple[Outcome, str]:
    number = failure.args[0] if failure.args and isinstance(failure.args[0], int) else 0
    if not isinstance(failure, pymysql.MySQLError):
        return outcome_of(failure, Outcome.TIMEOUT_RESPONSE), ""
    if number and number not in _NO_CONNECTION:
        return Outcome.ERROR, str(number)
    reason = getattr(failure, "original_exception", None) or failure.__context__
    if isinstance(reason, OSError):
        return outcome_of(reason, Outcome.TIMEOUT_CONNECT if number == _CONNECT else Outcome.TIMEOUT_RESPONSE), ""
    return (Outcome.CLOSED if number else Outcome.PROTOCOL), ""


Error = pymysql.Error
"""What a server that cannot say raises."""


def read_present(server: Server, run: str) -> set[int]:
    """The writes of a run that this server has. Error, or OSError, when it cannot say."""
    connection = server.connect()
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT id FROM canary WHERE run = %s", (run,))
        return {int(row[0]) for row in cursor.fetchall()}
