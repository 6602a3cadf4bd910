"""Whether clients are served right now: quick looks between the prober's begin and end."""

import ssl
from pathlib import Path
from typing import Final

import urllib3

from .clients import TIMEOUT, Places
from .drill import Client

STEADY: Final = 20
"""So many looks in a row that found everybody served are a service that is back."""
APART: Final = 0.05
"""Seconds between two looks."""
_RECENT: Final = 40  # looks in which at least one write was acknowledged: two seconds


class Served:
    """One look at a time. Writes count as served while acknowledgements come in."""

    def __init__(self, places: Places, clients: tuple[Client, ...], log: Path) -> None:
        self._places, self._clients, self._log = places, clients, log
        self._context = ssl.create_default_context(cafile=str(places.authority))
        self._sizes: list[int] = []

    def everybody(self) -> bool:
        """One new connection of each kind is served now."""
        found = [self._one(client) for client in self._clients]  # all of them: writes are counted at each look
        return all(found)

    def _one(self, client: Client) -> bool:
        if client is Client.DATABASE:
            return self._places.database is None or self._writes()
        url, headers = self._places.http(client)
        timeout = urllib3.Timeout(connect=TIMEOUT, read=TIMEOUT)
        with urllib3.PoolManager(num_pools=1, retries=False, ssl_context=self._context) as pool:
            try:
                answer = pool.request(
                    "GET", url, headers={**headers, "Connection": "close"}, timeout=timeout, redirect=False
                )
            except (urllib3.exceptions.HTTPError, OSError):
                return False
            return answer.status < 400  # noqa: PLR2004 - RFC 9110, 15: from there on it is an error

    def _writes(self) -> bool:
        self._sizes.append(self._log.stat().st_size)
        del self._sizes[:-_RECENT]
        return len(self._sizes) > 1 and self._sizes[-1] > self._sizes[0]
