"""Use the virtual IP as clients do, several times a second: on new connections, and on one that is kept.

A scrape every 15 s does not see an address move in 0.6 s; these loops do, and count. What they ask is /readyz of
whichever API server haproxy chooses. Every answer but 5xx and 429 is a good one: an API server that refuses the agent
serves. What fails on this host (no route, no credentials) is no attempt: it says nothing of the address.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol, cast

from ...clock import Clock
from ...kubernetes.credentials import Credentials, Login
from ...kubernetes.deadline import Deadline
from ...kubernetes.errors import CredentialsError
from ...kubernetes.http import BAD_ANSWER, request
from ...kubernetes.stream import Stream, connect
from ...snapshot import Probes
from ..http import Target, not_asked
from .tally import Attempt, Tally

_OPENING, _ANSWER = 0.5, 1.0  # seconds: for TCP and TLS; for everything
_LARGEST = 2**16
_FRESH = 60.0  # seconds for which files with credentials are not read again
_BROKEN, _TOO_MANY = 500, 429


class Check(Protocol):
    """One way to use the address."""

    def attempt(self) -> bool | None:
        """Whether it worked; None when it could not be tried. It ends in about a second."""
        ...

    def close(self) -> None:
        """Let go of what it holds."""
        ...


class Logins:
    """Credentials, read again every minute: a handshake costs a millisecond, a trust store several."""

    def __init__(self, credentials: Credentials, clock: Clock) -> None:
        self._credentials = credentials
        self._clock = clock
        self._read: tuple[float, Login] | None = None

    def __call__(self) -> Login:
        """CredentialsError when they cannot be used."""
        now = self._clock.monotonic()
        if self._read is None or now - self._read[0] > _FRESH:
            self._read = now, self._credentials.login()
        return self._read[1]


class NewConnections:
    """A connection for every attempt: what a client meets that comes now."""

    def __init__(self, target: Target, logins: Callable[[], Login]) -> None:
        self._target = target
        self._logins = logins

    def attempt(self) -> bool | None:
        """See Check."""
        return _tried(self._once)

    def close(self) -> None:
        """Nothing is held."""

    def _once(self) -> bool:
        login = self._logins()
        stream, whole = _opened(self._target, login)
        try:
            return _answers(stream, self._target, login, whole, keep=False)[0]
        finally:
            stream.close()


class KeptConnection:
    """One connection for as long as it lasts: what a client meets that is already there."""

    def __init__(self, target: Target, logins: Callable[[], Login]) -> None:
        self._target = target
        self._logins = logins
        self._stream: Stream | None = None

    def attempt(self) -> bool | None:
        """See Check."""
        return _tried(self._once)

    def close(self) -> None:
        """Of the connection."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _once(self) -> bool:
        login = self._logins()
        keep = False
        try:
            if self._stream is None:
                self._stream, _ = _opened(self._target, login)
            good, keep = _answers(self._stream, self._target, login, Deadline.after(_ANSWER), keep=True)
            return good
        finally:
            if not keep:
                self.close()


class Prober(threading.Thread):
    """One check, every `interval` seconds until close(). `probes` may be read at any time."""

    def __init__(self, name: str, check: Check, clock: Clock, interval: float) -> None:
        super().__init__(name=f"vip {name}", daemon=True)
        self._check = check
        self._clock = clock
        self._interval = interval
        self._tally = Tally()
        self._closing = threading.Event()

    @property
    def probes(self) -> Probes:
        """So far."""
        return self._tally.probes

    def run(self) -> None:
        """At a steady rate; an attempt that takes longer than the interval is followed by the next one at once."""
        try:
            while not self._closing.is_set():
                began = self._clock.monotonic()
                good = self._check.attempt()
                ended = self._clock.monotonic()
                if good is not None:
                    self._tally.take(Attempt(began, ended, good))
                self._closing.wait(max(0.0, began + self._interval - ended))
        finally:
            self._check.close()

    def close(self) -> None:
        """It ends after the attempt that is under way."""
        self._closing.set()


def _opened(target: Target, login: Login) -> tuple[Stream, Deadline]:
    whole = Deadline.after(_ANSWER)
    opening = Deadline.after(_OPENING)
    return connect((target.host, target.port), login.context, login.name, opening, _LARGEST), whole


def _answers(stream: Stream, target: Target, login: Login, deadline: Deadline, *, keep: bool) -> tuple[bool, bool]:
    """Whether the answer is a good one, and whether the connection can be used again."""
    stream.bound(deadline, _LARGEST)
    headers = {"Connection": "keep-alive" if keep else "close", **login.headers}
    with request(cast("Any", stream), target.path, target.authority, headers) as response:
        complete = len(response.read(_LARGEST)) < _LARGEST and not response.length
        good = complete and response.status < _BROKEN and response.status != _TOO_MANY
        return good, complete and not response.will_close


def _tried(attempt: Callable[[], bool]) -> bool | None:
    try:
        return attempt()
    except CredentialsError:
        return None
    except BAD_ANSWER as error:
        return None if not_asked(error) else False


def probers(target: Target, credentials: Credentials, clock: Clock, intervals: dict[str, float]) -> dict[str, Prober]:
    """Both, by the name of the check; not started. `intervals` in seconds, by the same names."""
    checks: dict[str, Callable[[Target, Callable[[], Login]], Check]] = {"new": NewConnections, "kept": KeptConnection}
    path = replace(target, path="/readyz")
    return {
        name: Prober(name, check(path, Logins(credentials, clock)), clock, intervals[name])
        for name, check in checks.items()
    }
