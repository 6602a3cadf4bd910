"""Ask a Galera node for its status. Any answer of the server, and nothing else, counts as one."""

import ssl
import struct
from dataclasses import dataclass, field
from typing import Any, cast

import pymysql
from pymysql.connections import Connection

from ...kubernetes.portforward import Tunnel
from ...kubernetes.tls import TLS, Carrier

# What PyMySQL raises when what comes is no MySQL: it takes the packets apart without looking.
_NOT_UNDERSTOOD = (
    pymysql.MySQLError, OSError, ValueError, LookupError, TypeError, AttributeError, AssertionError, struct.error,
)  # fmt: skip
_CLIENT_ERRORS = range(2000, 3000)  # the rest are the server's own


@dataclass(frozen=True)
class Account:
    """With the right to log in and none besides: SHOW STATUS needs no privilege."""

    user: str
    password: str = field(repr=False)


class _Wrapper:
    """Stands where PyMySQL expects an SSLContext: that one only wraps real sockets."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context

    def wrap_socket(self, carrier: Carrier, **_options: object) -> TLS:
        """With the handshake done."""
        return TLS(carrier, self._context)


class AnswerError(Exception):
    """No status. `answered`: the server spoke SQL all the same, and said what is in the way."""

    def __init__(self, text: str, *, answered: bool) -> None:
        super().__init__(text)
        self.answered = answered


def wsrep_status(tunnel: Tunnel, account: Account) -> dict[str, str]:
    """The wsrep status variables. A node without quorum answers this too, as it answers SET."""
    try:
        connection = _connection(account)
        connection.connect(cast("Any", tunnel))
        try:
            with connection.cursor() as cursor:
                cursor.execute("SHOW GLOBAL STATUS LIKE 'wsrep_%'")
                return {str(name): str(value) for name, value in cursor.fetchall()}
        finally:
            connection.close()
    except _NOT_UNDERSTOOD as error:
        code = error.args[0] if isinstance(error, pymysql.MySQLError) and error.args else None
        answered = isinstance(code, int) and code > 0 and code not in _CLIENT_ERRORS
        text = str(error.args[-1]) if error.args else type(error).__name__
        raise AnswerError(f"{code} {text}" if answered else text, answered=answered) from error


def _connection(account: Account) -> "Connection[Any]":
    """Not connected yet. With TLS: only over it does caching_sha2_password send what the server has not cached."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # Who the pod is, the API server vouches for: the tunnel is TLS up to there and to the kubelet, and ends in the pod.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    connection = Connection(
        host="127.0.0.1", user=account.user, password=account.password, ssl=context, charset="utf8mb4", autocommit=None,
        # Otherwise a node that waits for the others would keep us waiting as well.
        init_command="SET SESSION wsrep_sync_wait = 0", defer_connect=True,
    )  # fmt: skip
    cast("Any", connection).ctx = _Wrapper(context)
    return connection
