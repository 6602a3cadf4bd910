"""Which outcome an exception stands for."""

import errno
import socket
import ssl

from .records import Outcome

_BY_CLASS: tuple[tuple[type[BaseException], Outcome], ...] = (
    # A connection that ends in the middle of TLS is closed: nothing says that TLS is at fault.
    (ssl.SSLEOFError, Outcome.CLOSED),
    (ssl.SSLZeroReturnError, Outcome.CLOSED),
    (ssl.SSLError, Outcome.TLS),
    (socket.gaierror, Outcome.NAME),
    (UnicodeError, Outcome.NAME),
    (ConnectionRefusedError, Outcome.REFUSED),
    (ConnectionError, Outcome.RESET),
)
_BY_NUMBER = {
    **dict.fromkeys((errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENETDOWN, errno.EHOSTDOWN), Outcome.UNREACHABLE),
    **dict.fromkeys((errno.EADDRNOTAVAIL, errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM), Outcome.LOCAL),
    **dict.fromkeys((errno.EACCES, errno.EPERM), Outcome.LOCAL),  # the machine's own packet filter
}


def outcome_of(failure: BaseException, timeout: Outcome) -> Outcome:
    """The name of what went wrong with a connection; `timeout` is what it is when it only took too long.

    The kernel's own ETIMEDOUT and ours mean the same to a client.
    """
    if isinstance(failure, TimeoutError):
        return timeout
    for kind, outcome in _BY_CLASS:
        if isinstance(failure, kind):
            return outcome
    number = failure.errno if isinstance(failure, OSError) else None
    return _BY_NUMBER.get(number or 0, Outcome.PROTOCOL)
