"""An LXD server as requests sees it, below the real pylxd: what it accepts, what it refuses and in which words.

Words, codes and shapes are those of LXD 5.0.2; test_contract.py and test_pitfalls.py hold it against a real one.
"""

import io
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pylxd
import requests
from requests.adapters import BaseAdapter

from tests.bootstrap.provider.fake_machines import BRIDGE, GATEWAY, IMAGE, POOL, FakeMachines, read_json
from tests.bootstrap.provider.fake_operations import Operation, Operations, Refusal
from tests.bootstrap.provider.fake_profiles import FakeProfiles, Tagged

ENDPOINT = "http+unix://fake"
Hook = Callable[[requests.PreparedRequest], None]


@dataclass
class FakeLxd(BaseAdapter):
    """The server. `before` and `after` are asked around each request, and may raise instead of it."""

    home: Path
    networks: dict[str, dict[str, Any]] = field(default_factory=dict)
    operations: Operations = field(default_factory=Operations)
    before: list[Hook] = field(default_factory=list)
    after: list[Hook] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    ahead: timedelta = timedelta(0)  # of its clock

    def __post_init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self.machines = FakeMachines(self.home, self.operations, self.networks)
        self.profiles = FakeProfiles()
        self.networks[BRIDGE] = self._network(BRIDGE, {"ipv4.address": GATEWAY})

    def connect(self) -> Any:
        """A real pylxd.Client in front."""
        session = requests.Session()
        session.mount("http+unix://", self)
        return pylxd.Client(endpoint=ENDPOINT, session=session)

    def now(self) -> datetime:
        """Its own clock."""
        return datetime.now(UTC) + self.ahead

    # -- transport -------------------------------------------------------------------------------------------------
    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        url = urlsplit(str(request.url))
        method, path = str(request.method), url.path
        with self._lock:
            self.asked.append((method, path))
        try:
            for hook in list(self.before):
                hook(request)
            parts = [unquote(part) for part in path.split("/") if part][1:]
            query = {key: values[0] for key, values in parse_qs(url.query).items()}
            answer = self._answer(request, self._route(method, parts, query, request))
            for hook in list(self.after):
                hook(request)
        except Refusal as refusal:
            body: dict[str, Any] = {"type": "error", "error": str(refusal), "error_code": refusal.code}
            return _response(request, refusal.code, json.dumps(body).encode())
        return answer

    def close(self) -> None:
        """Nothing is open."""

    def _answer(self, request: requests.PreparedRequest, result: Any) -> requests.Response:
        if isinstance(result, Operation):
            body: dict[str, Any] = {
                "type": "async",
                "operation": f"/1.0/operations/{result.identity}",
                "metadata": result.shown(),
            }
            return _response(request, 202, json.dumps(body).encode())
        if isinstance(result, bytes):
            return _response(request, 200, result, {"X-LXD-type": "file"})
        headers = {"Date": format_datetime(self.now(), usegmt=True)}
        if isinstance(result, Tagged):
            headers["ETag"], result = result.etag, result.value
        headers |= {"X-LXD-type": "directory"} if isinstance(result, list) and "/files" in str(request.url) else {}
        body = {"type": "sync", "status": "Success", "status_code": 200, "metadata": result}
        return _response(request, 200, json.dumps(body).encode(), headers)

    def _route(self, method: str, parts: list[str], query: Mapping[str, str], request: requests.PreparedRequest) -> Any:
        first, rest = (parts[0], parts[1:]) if parts else ("", [])
        if first == "instances":
            return self.machines.answer(method, rest, query, request)
        if first == "profiles":
            return self.profiles.answer(method, rest, request)
        if first == "networks":
            return self._networks(method, rest, query, request)
        if first == "operations":
            waits = query.get("timeout", "-1") if rest[1:] == ["wait"] else None
            return self.operations.shown(rest[0], waits)
        known = self._fixed()
        if tuple(parts) not in known:
            raise Refusal(404, "Not Found")
        return known[tuple(parts)]

    def _fixed(self) -> dict[tuple[str, ...], Any]:
        """What nobody changes."""
        members = [{"server_name": name, "status": "Online", "message": ""} for name in self.machines.members]
        return {
            (): self._server(),
            ("storage-pools",): [{"name": POOL, "driver": "dir"}],
            ("storage-pools", POOL, "resources"): {"space": {"total": 2**34, "used": 2**30}},
            ("resources",): {"memory": {"total": 2**34, "used": 2**30}, "cpu": {"total": 8}},
            ("images",): [],
            ("images", "aliases", IMAGE): {"name": IMAGE, "type": "container"},
            ("warnings",): [],
        } | ({("cluster", "members"): members} if members else {})

    # -- what it knows ---------------------------------------------------------------------------------------------
    def _server(self) -> dict[str, Any]:
        environment = {
            "server_name": "fake",
            "server_version": "5.0.2",
            "driver": "lxc | qemu" if self.machines.virtual else "lxc",
            "server_clustered": bool(self.machines.members),
            "architectures": ["x86_64", "i686"],
        }
        return {"auth": "trusted", "api_extensions": ["cloud_init", "projects"], "environment": environment}

    @staticmethod
    def _network(name: str, config: dict[str, str]) -> dict[str, Any]:
        return {"name": name, "type": "bridge", "managed": True, "status": "Created", "config": config, "locations": []}

    # -- networks --------------------------------------------------------------------------------------------------
    def _networks(
        self, method: str, rest: list[str], query: Mapping[str, str], request: requests.PreparedRequest
    ) -> Any:
        match method, rest:
            case "GET", []:
                return list(self.networks.values())
            case "GET", [_, "leases"]:
                return [
                    {"hostname": name, "address": entry["devices"]["eth0"].get("ipv4.address", ""), "type": "static"}
                    for name, entry in self.machines.instances.items()
                    if "eth0" in entry["devices"]
                ]
            case "GET", [name] if name in self.networks:
                return self.networks[name]
            case "DELETE", [name] if name in self.networks:
                del self.networks[name]
                return {}
            case "POST", []:
                return self._make_network(read_json(request), query.get("target"))
        raise Refusal(404, "Network not found")

    def _make_network(self, body: dict[str, Any], target: str | None) -> Any:
        found = self.networks.get(body["name"])
        if target:
            found = self.networks.setdefault(body["name"], {**self._network(body["name"], {}), "status": "Pending"})
            found["locations"].append(target)
        elif self.machines.members and (found is None or set(found["locations"]) != set(self.machines.members)):
            raise Refusal(400, "Network not pending on any node (use --target <node> first)")
        else:
            self.networks[body["name"]] = self._network(body["name"], body["config"])
        return {}


def _response(
    request: requests.PreparedRequest, code: int, content: bytes, headers: Mapping[str, str] | None = None
) -> requests.Response:
    response = requests.Response()
    response.status_code = code
    response.url = str(request.url)
    response.request = request
    response.raw = io.BytesIO(content)
    response.headers.update(headers or {})
    return response
