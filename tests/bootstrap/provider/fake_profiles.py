"""The fake LXD's profiles. As in 5.0.2 a name is given once, and `If-Match` is compared before, not while, it is written."""

import hashlib
import json
import threading
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.bootstrap.provider.fake_machines import PROFILE, read_json
from tests.bootstrap.provider.fake_operations import Refusal


@dataclass(frozen=True)
class Tagged:
    """An answer with its ETag."""

    value: Any
    etag: str


@dataclass
class FakeProfiles:
    """All of a server."""

    known: dict[str, dict[str, Any]] = field(default_factory=lambda: {"default": dict(PROFILE)})
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, method: str, rest: list[str], request: requests.PreparedRequest) -> Any:
        """What a request comes to. Refusal otherwise."""
        if not rest:
            return self._make(read_json(request)) if method == "POST" else list(self.known.values())
        if method == "PUT":
            return self._change(rest[0], read_json(request), request.headers.get("If-Match"))
        with self._lock:
            if rest[0] not in self.known:
                raise Refusal(404, "Profile not found")
            if method == "GET":
                return Tagged(self.known[rest[0]], _etag(self.known[rest[0]]))
            if method == "DELETE":
                del self.known[rest[0]]
                return {}
            return self._rename(rest[0], read_json(request)["name"])

    def _rename(self, name: str, new: str) -> Any:
        if new in self.known:
            raise Refusal(500, f'Name "{new}" already in use')
        self.known[new] = {**self.known.pop(name), "name": new}
        return {}

    def _make(self, body: dict[str, Any]) -> Any:
        with self._lock:
            if body["name"] in self.known:
                raise Refusal(500, f'Error inserting "{body["name"]}" into database: The profile already exists')
            self.known[body["name"]] = {"config": {}, "devices": {}, "description": "", "used_by": [], **body}
        return {}

    def _change(self, name: str, body: dict[str, Any], etag: str | None) -> Any:
        there = _etag(self.known[name])
        if etag is not None and etag != there:
            raise Refusal(412, f"ETag doesn't match: {there} vs {etag}")
        with self._lock:
            if name not in self.known:
                raise Refusal(404, "Profile not found")
            self.known[name] = {**self.known[name], **body}
        return {}


def _etag(profile: dict[str, Any]) -> str:
    """Of what can be written; in quotes in the header, and with or without them in If-Match."""
    content = [profile["config"], profile.get("description", ""), profile["devices"]]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
