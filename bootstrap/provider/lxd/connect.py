"""Connections to an LXD server: its Unix socket, or HTTPS with a client certificate.

https://documentation.ubuntu.com/lxd/en/latest/authentication/
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import pylxd
import requests

from ..contract import ProviderError
from .errors import translated

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

    `certificate`, `key`: the client's, PEM; `server_certificate`: the only one that is trusted, else the one that the
    lxc command stored for this host, else the system's authorities. `project`: LXD's, empty for "default".
    """

    endpoint: str = ""
    certificate: Path | None = None
    key: Path | None = None
    server_certificate: Path | None = None
    project: str = ""

    def connect(self, session: requests.Session | None = None) -> Client:
        """A client that has spoken with the server. ProviderError when that fails or it does not trust us."""
        try:
            client: Client = pylxd.Client(
                endpoint=self._url(),
                cert=self._pair(),
                verify=str(self.server_certificate) if self.server_certificate else True,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                project=self.project or None,
                session=session,
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

    def _url(self) -> str | None:
        # pylxd takes a path only while something is there, and makes an unreadable error of it otherwise.
        if self.endpoint.startswith("/"):
            return f"http+unix://{quote(self.endpoint, safe='')}"
        return self.endpoint or None

    def _pair(self) -> tuple[str, str] | None:
        if (self.certificate is None) != (self.key is None):
            raise ProviderError(self.place, "a client certificate and its key need each other", "Name both.")
        return (str(self.certificate), str(self.key)) if self.certificate and self.key else None


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
