"""Connections to an LXD server: its Unix socket, or HTTPS with a client certificate.

https://documentation.ubuntu.com/lxd/en/latest/authentication/
"""

import errno
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

import pylxd
import requests
from pylxd.client import CERTS_PATH, DEFAULT_CERTS, get_session_for_url

from ..contract import ProviderError
from .errors import translated

SNAP = Path("/var/snap/lxd/common/lxd/unix.socket")
PACKAGE = Path("/var/lib/lxd/unix.socket")
CONNECT_SECONDS = 10.0
# Longer than any request that the server answers by itself; what takes time is an operation, and waited for in slices.
READ_SECONDS = 60.0


Request = Callable[..., requests.Response]  # arguments as requests takes them


class Node(Protocol):
    """A place in LXD's API, as pylxd's `client.api` walks it. Requests raise pylxd's and requests' exceptions."""

    get: Request
    post: Request
    put: Request
    patch: Request
    delete: Request

    def __getitem__(self, item: str) -> "Node": ...


class Client(Protocol):
    """What is used of pylxd.Client. `host_info`: GET /1.0."""

    api: Node
    host_info: Mapping[str, Any]


@dataclass(frozen=True)
class Server:
    """Where LXD is. `endpoint`: path of a socket or https://host:port; empty: where LXD_DIR, snap or package put it.

    `certificate`, `key`: the client's, PEM, else those of the lxc command; `server_certificate`: the only one that is
    trusted, else the one that the lxc command stored for this host, else the system's authorities. `project`: LXD's,
    empty for "default".
    """

    endpoint: str = ""
    certificate: Path | None = None
    key: Path | None = None
    server_certificate: Path | None = None
    project: str = ""

    def connect(self) -> Client:
        """A client that has spoken with the server. ProviderError when that fails or it does not trust us."""
        try:
            url = self._url()
            client: Client = pylxd.Client(
                endpoint=url,
                cert=self._pair(),
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                project=self.project or None,
                session=self._session(url),
            )
        except Exception as error:  # ssl and open() raise what they like here
            raise translated(self.place, error) from error
        if client.host_info.get("auth") != "trusted":
            raise ProviderError(
                self.place,
                "the server does not trust this client's certificate",
                "On the server, `lxc config trust add` prints a token; give it to `lxc remote add` here.",
            )
        return client

    @property
    def place(self) -> str:
        """How messages name the server."""
        return f"LXD server {self.endpoint}" if self.endpoint else "LXD server"

    def _url(self) -> str:
        if self.endpoint and not self.endpoint.startswith("/"):
            return self.endpoint
        # Looked at first: of a missing one pylxd makes an address without a scheme, and leaves a socket open.
        path = Path(self.endpoint) if self.endpoint else usual_socket()
        if not path.is_socket():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
        return f"http+unix://{quote(str(path), safe='')}"

    def _session(self, url: str) -> requests.Session:
        """What is trusted is fixed here: requests would let REQUESTS_CA_BUNDLE overrule a named certificate."""
        stored = Path(CERTS_PATH, "servercerts", f"{urlsplit(url).hostname}.crt")
        pinned = self.server_certificate or (stored if stored.is_file() else None)
        session: requests.Session = get_session_for_url(url, verify=str(pinned) if pinned else True, cert=self._pair())
        if not pinned:
            session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True
        session.trust_env = False
        session.proxies.update(requests.utils.get_environ_proxies(url))
        return session

    def _pair(self) -> tuple[str, str] | None:
        if (self.certificate is None) != (self.key is None):
            raise ProviderError(self.place, "a client certificate and its key need each other", "Name both.")
        if self.certificate and self.key:
            return str(self.certificate), str(self.key)
        usual: tuple[str, str] = DEFAULT_CERTS
        return usual if all(Path(file).is_file() for file in usual) else None


def usual_socket() -> Path:
    """Where the lxc command looks too: LXD_DIR, the snap's, the package's."""
    if directory := os.environ.get("LXD_DIR"):
        return Path(directory, "unix.socket")
    return SNAP if SNAP.parent.is_dir() else PACKAGE


class Connections:
    """Idle clients, for whoever needs one next: a client serves one thread at a time."""

    def __init__(self, connect: Callable[[], Client]) -> None:
        self._connect = connect
        self._idle: list[Client] = []
        self._lock = threading.Lock()

    @contextmanager
    def client(self) -> Iterator[Client]:
        """A client of one's own for the time being."""
        with self._lock:
            client = self._idle.pop() if self._idle else None
        client = client or self._connect()
        try:
            yield client
        finally:
            with self._lock:
                self._idle.append(client)

    def close(self) -> None:
        """Close the idle ones."""
        with self._lock:
            idle, self._idle = self._idle, []
        for client in idle:
            session = getattr(client.api, "session", None)
            if isinstance(session, requests.Session):
                session.close()
