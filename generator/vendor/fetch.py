"""One file over HTTP: with retries, with limits, whole or not at all. The only module that talks to a network."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import urljoin, urlsplit

import requests
from requests import exceptions
from urllib3 import exceptions as wire

_REDIRECTS: Final = {301, 302, 303, 307, 308}
_BUSY: Final = {408, 425, 429, 500, 502, 503, 504}
_OK: Final = 200
_CHUNK: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds, bytes and counts. Upstream's largest manifest has 2 MB; a server may ask for `patience` at most."""

    connect: float = 10.0
    read: float = 20.0
    whole: float = 180.0
    size: int = 32 << 20
    attempts: int = 4
    redirects: int = 5
    pause: float = 0.5
    patience: float = 30.0


class RefusedError(Exception):
    """Why a file was not obtained, and what can be done. `again` is whether it may work a moment later."""

    def __init__(self, cause: str, remedy: str, *, again: bool = False, pause: float = 0.0) -> None:
        super().__init__(cause)
        self.cause = cause
        self.remedy = remedy
        self.again = again
        self.pause = pause


def fetch(url: str, limits: Limits, stop: threading.Event, agent: str = "hagen") -> bytes:
    """The body of a URL; RefusedError when it is not to be had. Ends early, with RefusedError, when `stop` is set."""
    for attempt in range(1, limits.attempts + 1):
        try:
            return _attempt(url, limits, stop, agent)
        except RefusedError as error:
            if not error.again:
                raise
            if attempt == limits.attempts or stop.is_set():
                raise RefusedError(f"{error.cause} (attempts: {attempt})", error.remedy) from None
            stop.wait(max(min(error.pause, limits.patience), limits.pause * 2 ** (attempt - 1)))
    raise AssertionError("unreachable")  # pragma: no cover


def without_password(url: str) -> str:
    """The URL without user and password, for messages."""
    start, separator, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    return f"{start}{separator}{authority.rpartition('@')[2]}{slash}{path}"


def url_fault(url: str) -> str:
    """Why nothing can be asked of the URL of a mirror, without repeating it; "" when it is sound."""
    if any(character.isspace() or not character.isprintable() for character in url):
        return "it holds white space or a control character"
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return "what stands in brackets is no IPv6 address"
    if parts.query or parts.fragment or url.endswith(("?", "#")):
        return "a path is put behind it, so that it cannot have ? or #"
    try:
        if parts.port == 0:
            return "its port is not one of 1 to 65535"
    except ValueError:
        return "its port is not one of 1 to 65535"
    return "" if _is_host(url, host) else "its host is neither a name nor an address"


def _is_host(url: str, host: str) -> bool:
    try:
        # Its names of other scripts included; a message of its own might hold a password.
        requests.Request("GET", url).prepare()
    except (exceptions.RequestException, wire.HTTPError, ValueError):
        return False
    return all(host.rstrip(".").split("."))


def _attempt(url: str, limits: Limits, stop: threading.Event, agent: str) -> bytes:
    """Follow redirects to the body."""
    deadline = time.monotonic() + limits.whole
    for _ in range(limits.redirects + 1):
        target = _get(url, limits, deadline, stop, agent)
        if isinstance(target, bytes):
            return target
        url = _allowed(url, urljoin(url, target))
    raise RefusedError(f"more than {limits.redirects} redirects", "give --mirror a URL that answers by itself")


def _allowed(here: str, there: str) -> str:
    scheme = urlsplit(there).scheme
    if scheme not in {"http", "https"} or (urlsplit(here).scheme == "https" and scheme != "https"):
        cause = f"redirected from https to {without_password(there)}"
        raise RefusedError(cause, "anybody on the way could change it: use a mirror that stays with https")
    return there


def _get(url: str, limits: Limits, deadline: float, stop: threading.Event, agent: str) -> bytes | str:
    """The body, or the target of a redirect."""
    headers = {"User-Agent": agent, "Accept-Encoding": "identity"}
    try:
        # One session for each request: no password or cookie of one server reaches another.
        with requests.Session() as session:
            # A proxy could not know this machine's own addresses.
            proxies = dict.fromkeys(("http", "https", "all"), "") if _is_here(url) else None
            timeout = (limits.connect, limits.read)
            with session.get(
                url, stream=True, allow_redirects=False, timeout=timeout, headers=headers, proxies=proxies
            ) as response:
                if response.status_code in _REDIRECTS and "Location" in response.headers:
                    return response.headers["Location"]
                _refuse_status(response)
                return b"".join(_body(response, limits, deadline, stop))
    except (exceptions.RequestException, wire.HTTPError) as error:
        raise _refused(error) from None
    except ValueError as error:  # urllib3 and idna on hosts and ports that are none
        raise RefusedError(f"not a URL: {error}", "correct the URL of the mirror") from None


def _is_here(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _body(response: requests.Response, limits: Limits, deadline: float, stop: threading.Event) -> Iterator[bytes]:
    announced = int(response.headers.get("Content-Length") or 0)
    size = 0
    too_large = RefusedError(f"larger than {limits.size >> 20} MiB", "no manifest is: look at what lies there")
    if announced > limits.size:
        raise too_large
    # Not iter_content, which waits for a whole chunk however slowly it comes.
    while chunk := response.raw.read1(_CHUNK, decode_content=True):
        size += len(chunk)
        if size > limits.size:
            raise too_large
        if stop.is_set():
            raise RefusedError("stopped", "run the command again")
        if time.monotonic() > deadline:
            raise RefusedError(f"not complete after {limits.whole:g} s", "use a nearer mirror", again=True)
        yield chunk
    if size < announced:
        raise RefusedError(f"cut off after {size} of {announced} bytes", "try again, or use a mirror", again=True)


def _refuse_status(response: requests.Response) -> None:
    status = response.status_code
    if status == _OK:
        return
    again = status in _BUSY
    remedy = _REMEDIES.get(status, "try again later, or use --mirror" if again else "open the URL and look")
    pause = response.headers.get("Retry-After", "")
    cause = f"the server answers {status} {response.reason or ''}".rstrip()
    raise RefusedError(cause, remedy, again=again, pause=float(pause) if pause.isdecimal() else 0.0)


_REMEDIES: Final = {
    401: "put the user and password of the host into ~/.netrc",
    403: "ask whoever runs the server for access; ~/.netrc holds users and passwords",
    404: "a mirror holds <add-on>/<version>/<file>: put it there, or leave --mirror out",
    407: "put the proxy's user and password into HTTPS_PROXY",
}


def _refused(error: Exception) -> RefusedError:
    """A failure of the connection in words, and whether another attempt makes sense."""
    root = _root(error)
    reason = root.strerror if isinstance(root, OSError) and root.strerror else str(root)[:_REASON]
    for kind, cause, remedy, again in _FAILURES:
        if isinstance(error, kind):
            return RefusedError(f"{cause}: {reason}" if reason else cause, remedy, again=again)
    return RefusedError(reason, "check the URL", again=False)


_NETWORK = "check the connection and HTTPS_PROXY, or use --mirror"
# The first that fits: several of these are subclasses of others further down.
_FAILURES: Final[tuple[tuple[type[Exception], str, str, bool], ...]] = (
    (exceptions.SSLError, "the certificate is not trusted", "name your own authority in REQUESTS_CA_BUNDLE", False),
    (exceptions.ProxyError, "the proxy does not let it through", "check HTTPS_PROXY and NO_PROXY", True),
    (exceptions.ConnectTimeout, "no connection in time", _NETWORK, True),
    (exceptions.Timeout, "no answer in time", _NETWORK, True),
    (exceptions.ConnectionError, "no connection", _NETWORK, True),
    (wire.TimeoutError, "no answer in time", _NETWORK, True),
    (wire.HTTPError, "cut off", "try again, or use a mirror", True),
)
_REASON: Final = 200
_DEPTH: Final = 10


def _root(error: BaseException) -> BaseException:
    """The innermost reason: requests wraps urllib3, which wraps the operating system."""
    inner = error
    for _ in range(_DEPTH):
        parts = (getattr(inner, "reason", None), inner.__cause__, inner.__context__, *inner.args)
        following = next((part for part in parts if isinstance(part, BaseException)), None)
        if following is None:
            break
        inner = following
    return inner
