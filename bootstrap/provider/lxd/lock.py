"""A cluster's lock: a profile that says who has it until when, by LXD's own clock.

LXD compares an ETag and writes in two steps: of four writers with `If-Match`, several win (5.0.2, in 57 rounds of 60).
What only one of several gets is a name: to create a profile, and to rename one to a name that is then taken. So a lock
is made by its name, and one that has run out is first renamed to a name made of what it said.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

from ..contract import ProviderError
from .api import Api
from .payload import CLUSTER

HOLDER: Final = "user.hagen.lock.holder"
UNTIL: Final = "user.hagen.lock.until"
ID: Final = "user.hagen.lock.id"
SECONDS: Final = 30.0
ATTEMPTS: Final = 5


@dataclass(frozen=True)
class Found:
    """A lock as it is. `id`: of what was written, never the same twice; `now`: LXD's time when it was read."""

    holder: str
    until: str
    id: str
    etag: str
    now: datetime

    @property
    def over(self) -> bool:
        """Whether it has run out. One that says nothing readable has."""
        try:
            return datetime.fromisoformat(self.until) <= self.now
        except (ValueError, TypeError):
            return True


class Lock:
    """The lock of one cluster. Safe to share by threads and processes."""

    def __init__(self, api: Api, cluster: str) -> None:
        self._api, self._cluster = api, cluster
        self._name = f"hagen-{cluster}-lock"
        self._place = f"profile {self._name}"

    def take(self, holder: str, seconds: float) -> str:
        """See contract.Provider.lock."""
        for _ in range(ATTEMPTS):
            found = self._find()
            if found is None:
                if self._make(holder, seconds):
                    return ""
            elif found.over:
                self._put_away(found)
            elif found.holder != holder:
                return found.holder
            elif self._renew(found, seconds):
                return ""
        raise ProviderError(self._place, "others take and drop it all the time", "Run it again.", again=True)

    def drop(self, holder: str) -> None:
        """See contract.Provider.unlock. What runs that died on the way left of it goes too."""
        found = self._find()
        if found is None or found.holder != holder:
            return
        self._put_away(found)
        for profile in self._api.get(self._place, "profiles", recursion=1):
            mine = (profile.get("config") or {}).get(CLUSTER) == self._cluster
            if mine and profile["name"].startswith(f"{self._name}-"):
                self._delete(profile["name"])

    def _find(self, suffix: str = "") -> Found | None:
        answer = self._api.look(self._place, "profiles", self._name + suffix)
        if answer is None:
            return None
        metadata, headers = answer
        config = metadata.get("config") or {}
        if config.get(CLUSTER) != self._cluster:
            raise ProviderError(
                self._place, "it was not made by hagen for this cluster", f"Remove it: lxc profile delete {self._name}"
            )
        etag, now = headers.get("ETag", ""), _clock(headers)
        return Found(config.get(HOLDER, ""), config.get(UNTIL, ""), config.get(ID, ""), etag, now)

    def _body(self, holder: str, now: datetime, seconds: float) -> dict[str, Any]:
        until = (now + timedelta(seconds=seconds)).isoformat()
        description = f"hagen: {holder} works on cluster {self._cluster}"
        config = {CLUSTER: self._cluster, HOLDER: holder, UNTIL: until, ID: secrets.token_hex(8)}
        return {"config": config, "description": description, "devices": {}}

    def _make(self, holder: str, seconds: float) -> bool:
        """False when somebody else made one meanwhile."""
        answer = self._api.look(self._place)
        now = _clock(answer[1] if answer else {})
        body = {"name": self._name, **self._body(holder, now, seconds)}
        try:
            self._api.act(self._place, "post", "profiles", body=body, within=SECONDS)
        except ProviderError:
            # It may have been this one's, whose answer was lost: it is looked at again.
            if self._find() is None:
                raise
            return False
        return True

    def _renew(self, found: Found, seconds: float) -> bool:
        """False when it is no longer what was read."""
        body = self._body(found.holder, found.now, seconds)
        headers = {"If-Match": found.etag}
        try:
            self._api.act(self._place, "put", "profiles", self._name, body=body, within=SECONDS, headers=headers)
        except ProviderError:
            if self._still(found):
                raise
            return False
        return True

    def _put_away(self, found: Found) -> None:
        """Out of the way, if it is still what was read. Somebody else may be faster."""
        grave = f"-{found.id}"
        try:
            self._rename("", grave)
        except ProviderError:
            if self._still(found):
                raise
            return
        buried = self._find(grave)
        if buried is not None and buried.id != found.id:
            self._rename(grave, "")  # another one's, taken meanwhile: back
        elif buried is not None:
            self._delete(self._name + grave)

    def _still(self, found: Found) -> bool:
        again = self._find()
        return again is not None and again.id == found.id

    def _rename(self, old: str, new: str) -> None:
        body = {"name": self._name + new}
        self._api.act(self._place, "post", "profiles", self._name + old, body=body, within=SECONDS)

    def _delete(self, name: str) -> None:
        try:
            self._api.act(self._place, "delete", "profiles", name, within=SECONDS)
        except ProviderError:
            if self._api.find(self._place, "profiles", name) is not None:
                raise


def _clock(headers: Mapping[str, str]) -> datetime:
    """LXD's time, from the answer's Date; this machine's where a proxy took that away."""
    try:
        return parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, TypeError):
        return datetime.now(UTC)
