"""Exceptions and their outcomes; what no server here can bring about."""

import errno
import os
import socket
import ssl

import pytest

from hagen.bootstrap.prober.failures import outcome_of
from hagen.bootstrap.prober.records import Outcome


def error(number: int) -> OSError:
    return OSError(number, os.strerror(number))


@pytest.mark.parametrize(
    ("failure", "outcome"),
    [
        (error(errno.EHOSTUNREACH), Outcome.UNREACHABLE),
        (error(errno.ENETUNREACH), Outcome.UNREACHABLE),
        (error(errno.ECONNREFUSED), Outcome.REFUSED),
        (error(errno.ECONNRESET), Outcome.RESET),
        (error(errno.EPIPE), Outcome.RESET),
        (error(errno.ETIMEDOUT), Outcome.TIMEOUT_TLS),
        (error(errno.EMFILE), Outcome.LOCAL),
        (error(errno.EADDRNOTAVAIL), Outcome.LOCAL),
        (error(errno.EPERM), Outcome.LOCAL),
        (error(errno.EIO), Outcome.PROTOCOL),
        (socket.gaierror(-2, "Name or service not known"), Outcome.NAME),
        (ssl.SSLCertVerificationError(1, "no"), Outcome.TLS),
        (ssl.SSLEOFError(8, "EOF"), Outcome.CLOSED),
        (ValueError("x"), Outcome.PROTOCOL),
    ],
)
def test_the_outcome_of(failure: Exception, outcome: Outcome) -> None:
    assert outcome_of(failure, Outcome.TIMEOUT_TLS) is outcome
