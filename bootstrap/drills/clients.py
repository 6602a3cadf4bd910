"""The clients that a drill is judged by: what the prober is told, and who they are in a report."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from ..prober.plan import CanaryProbe, HTTPProbe
from .drill import Client

Probe = HTTPProbe | CanaryProbe

TIMEOUT: Final = 0.5  # seconds that a client gives one request
_LIVE: Final = "/livez?exclude=etcd"
# A page, or the word where it is.
_SERVED: Final = (200, 301, 302, 307, 308)
TITLES: Final[Mapping[str, str]] = {
    "api": "API, new connections",
    "api-kept": "API, a kept connection",
    "web": "Pages, new connections",
    "web-kept": "Pages, a kept connection",
    "database": "Database, numbered writes",
}
"""What a report calls each probe."""


@dataclass(frozen=True)
class Database:
    """Where numbered writes go. `password`: the name of an environment variable; empty for none."""

    host: str
    port: int
    user: str
    schema: str
    password: str = ""


@dataclass(frozen=True)
class Places:
    """Where a client knocks. `api`: HOST:PORT of the virtual IP; `web`: the URL of pages, `host` as they are asked for.

    `authority`: the CA of the API's certificate. `database` None: writes cannot be made from here.
    """

    api: str
    web: str
    host: str
    authority: Path
    database: Database | None = None

    def http(self, client: Client) -> tuple[str, Mapping[str, str]]:
        """URL and headers of a request that one client makes."""
        if client is Client.API:
            return f"https://{self.api}{_LIVE}", {}
        return self.web, {"Host": self.host}


def probes(places: Places, clients: Iterable[Client], run: str, log: Path, apart: float = 0.01) -> tuple[Probe, ...]:
    """Of each kind of client one that connects anew each time, and one that keeps its connection.

    `apart`: seconds from one new connection to the next. `run`, `log`: of numbered writes (CanaryProbe). Without a
    place for them there is no such probe.
    """
    found: list[Probe] = []
    for client in clients:
        if client is not Client.DATABASE:
            found += _http(places, client, apart)
        elif places.database is not None:
            found.append(_canary(places.database, run, log))
    return tuple(found)


def _http(places: Places, client: Client, apart: float) -> list[Probe]:
    url, headers = places.http(client)
    authority = places.authority if client is Client.API else None
    expect = (200,) if client is Client.API else _SERVED
    anew = HTTPProbe(
        name=f"{client}", kind="new-connection", url=url, headers=headers, ca_file=authority, expect=expect,
        interval=apart, timeout=TIMEOUT,
    )  # fmt: skip
    return [anew, replace(anew, name=f"{client}-kept", kind="pooled", interval=2 * apart)]


def _canary(database: Database, run: str, log: Path) -> CanaryProbe:
    return CanaryProbe(
        name=f"{Client.DATABASE}", kind="canary", host=database.host, port=database.port, user=database.user,
        password_environment=database.password, database=database.schema, run=run, acknowledged=log,
    )  # fmt: skip
