"""An LXD server as requests sees it, below the real pylxd: what it accepts, what it refuses and in which words.

Words, codes and shapes are those of LXD 5.0.2; test_contract.py and test_pitfalls.py hold it against a real one. A
machine is a folder, and commands run in it for real: arguments that begin with a slash are looked for in the folder.
"""

import io
import json
import subprocess
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_interface
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pylxd
import requests
from requests.adapters import BaseAdapter

ENDPOINT = "http+unix://fake"
BRIDGE, GATEWAY, POOL, IMAGE = "hagen-test0", "198.51.100.1/24", "default", "debian"
# pylxd reads an object again, and so makes it fresh, as soon as one of these is missing.
COMMON: Mapping[str, Any] = {
    "architecture": "x86_64",
    "created_at": "2025-01-01T00:00:00Z",
    "description": "",
    "ephemeral": False,
    "expanded_config": {},
    "last_used_at": "1970-01-01T00:00:00Z",
    "project": "default",
    "stateful": False,
    "status_code": 0,
}
Fault = Callable[[str, str], None]  # method and path; raises what the connection shall break with, or Refusal


class Refusal(Exception):
    """An error answer."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass
class Operation:
    """`error` set: it failed. `done` not set: it goes on."""

    identity: str
    done: threading.Event = field(default_factory=threading.Event)
    error: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        ended = (400, "Failure") if self.error else (200, "Success")
        code, status = ended if self.done.is_set() else (103, "Running")
        return {
            "id": self.identity,
            "class": "task",
            "status": status,
            "status_code": code,
            "err": self.error,
            "metadata": self.metadata,
        }


@dataclass
class FakeLxd(BaseAdapter):
    """State of the server. `members`: of its cluster, empty when it stands alone. `faults` are asked before a request."""

    home: Path
    members: tuple[str, ...] = ()
    virtual: bool = False
    agent: bool = True
    instances: dict[str, dict[str, Any]] = field(default_factory=dict)
    networks: dict[str, dict[str, Any]] = field(default_factory=dict)
    operations: dict[str, Operation] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._lock = threading.RLock()
        self.networks[BRIDGE] = self._network(BRIDGE, {"ipv4.address": GATEWAY})

    def connect(self) -> Any:
        """A real pylxd.Client in front."""
        session = requests.Session()
        session.mount("http+unix://", self)
        return pylxd.Client(endpoint=ENDPOINT, session=session)

    # -- transport -------------------------------------------------------------------------------------------------
    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        url = urlsplit(str(request.url))
        method, path = str(request.method), url.path
        with self._lock:
            self.asked.append((method, path))
            faults = list(self.faults)
        try:
            for fault in faults:
                fault(method, path)
            parts = [unquote(part) for part in path.split("/") if part][1:]
            query = {key: values[0] for key, values in parse_qs(url.query).items()}
            return self._answer(request, self._route(method, parts, query, request))
        except Refusal as refusal:
            body = {"type": "error", "error": str(refusal), "error_code": refusal.code}
            return _response(request, refusal.code, json.dumps(body).encode())

    def close(self) -> None:
        """Nothing is open."""

    def _answer(self, request: requests.PreparedRequest, result: Any) -> requests.Response:
        if isinstance(result, Operation):
            body = {"type": "async", "operation": f"/1.0/operations/{result.identity}", "metadata": result.shown()}
            return _response(request, 202, json.dumps(body).encode())
        if isinstance(result, bytes):
            return _response(request, 200, result, {"X-LXD-type": "file"})
        headers = {"X-LXD-type": "directory"} if isinstance(result, list) and "/files" in str(request.url) else {}
        body = {"type": "sync", "status": "Success", "status_code": 200, "metadata": result}
        return _response(request, 200, json.dumps(body).encode(), headers)

    def _route(self, method: str, parts: list[str], query: Mapping[str, str], request: requests.PreparedRequest) -> Any:
        match parts:
            case []:
                return self._server()
            case ["operations", identity, *rest]:
                return self._operation(identity, query, wait=bool(rest))
            case ["instances", *rest]:
                return self._instances(method, rest, query, request)
            case ["networks", *rest]:
                return self._networks(method, rest, query, request)
            case ["storage-pools"]:
                return [{"name": POOL, "driver": "dir"}]
            case ["storage-pools", str(), "resources"]:
                return {"space": {"total": 2**34, "used": 2**30}}
            case ["resources"]:
                return {"memory": {"total": 2**34, "used": 2**30}, "cpu": {"total": 8}}
            case ["profiles"]:
                return [self._profile()]
            case ["profiles", "default"]:
                return self._profile()
            case ["images"]:
                return []
            case ["images", "aliases", alias] if alias == IMAGE:
                return {"name": alias, "type": "container"}
            case ["cluster", "members"] if self.members:
                return [{"server_name": name, "status": "Online", "message": ""} for name in self.members]
            case ["warnings"]:
                return []
        raise Refusal(404, "Not Found")

    # -- what it knows ---------------------------------------------------------------------------------------------
    def _server(self) -> dict[str, Any]:
        environment = {
            "server_name": "fake",
            "server_version": "5.0.2",
            "driver": "lxc | qemu" if self.virtual else "lxc",
            "server_clustered": bool(self.members),
            "architectures": ["x86_64", "i686"],
        }
        return {"auth": "trusted", "api_extensions": ["cloud_init", "projects"], "environment": environment}

    @staticmethod
    def _profile() -> dict[str, Any]:
        devices = {
            "root": {"type": "disk", "path": "/", "pool": POOL},
            "eth0": {"type": "nic", "name": "eth0", "network": BRIDGE},
        }
        return {"name": "default", "config": {}, "devices": devices}

    @staticmethod
    def _network(name: str, config: dict[str, str]) -> dict[str, Any]:
        return {"name": name, "type": "bridge", "managed": True, "status": "Created", "config": config, "locations": []}

    def _operation(self, identity: str, query: Mapping[str, str], *, wait: bool) -> Any:
        with self._lock:
            operation = self.operations.get(identity)
        if operation is None:
            raise Refusal(404, "Operation not found")
        if wait:
            operation.done.wait(float(query.get("timeout", "-1")) if query.get("timeout", "-1") != "-1" else None)
        return operation.shown()

    def _started(self, work: Callable[[Operation], None]) -> Operation:
        """An operation in a thread of its own."""
        operation = Operation(str(uuid.uuid4()))

        def run() -> None:
            try:
                work(operation)
            except Refusal as refusal:
                operation.error = str(refusal)
            operation.done.set()

        with self._lock:
            self.operations[operation.identity] = operation
        threading.Thread(target=run, daemon=True).start()
        return operation

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
                    for name, entry in self.instances.items()
                    if "eth0" in entry["devices"]
                ]
            case "GET", [name] if name in self.networks:
                return self.networks[name]
            case "DELETE", [name] if name in self.networks:
                del self.networks[name]
                return {}
            case "POST", []:
                return self._make_network(_body(request), query.get("target"))
        raise Refusal(404, "Network not found")

    def _make_network(self, body: dict[str, Any], target: str | None) -> Any:
        found = self.networks.get(body["name"])
        if target:
            found = self.networks.setdefault(body["name"], {**self._network(body["name"], {}), "status": "Pending"})
            found["locations"].append(target)
        elif self.members and (found is None or set(found["locations"]) != set(self.members)):
            raise Refusal(400, "Network not pending on any node (use --target <node> first)")
        else:
            self.networks[body["name"]] = self._network(body["name"], body["config"])
        return {}

    # -- instances -------------------------------------------------------------------------------------------------
    def _instances(
        self, method: str, rest: list[str], query: Mapping[str, str], request: requests.PreparedRequest
    ) -> Any:
        if not rest:
            if method == "POST":
                return self._create(_body(request), query.get("target"))
            shown = [self._shown(name, state=query.get("recursion") == "2") for name in list(self.instances)]
            return shown if "recursion" in query else [f"/1.0/instances/{entry['name']}" for entry in shown]
        name, what = rest[0], rest[1] if len(rest) > 1 else ""
        if name not in self.instances:
            raise Refusal(404, "Instance not found")
        match method, what:
            case "GET", "":
                return self._shown(name)
            case "PATCH", "":
                return self._patch(name, _body(request))
            case "PUT", "":
                return self._put(name, _body(request))
            case "DELETE", "":
                return self._delete(name)
            case "GET", "state":
                return self._state(name)
            case "PUT", "state":
                return self._switch(name, _body(request))
            case "POST", "exec":
                return self._execute(name, _body(request))
            case "GET", "logs":
                return (self.home / "logs" / rest[2]).read_bytes()
            case "DELETE", "logs":
                (self.home / "logs" / rest[2]).unlink()
                return {}
            case _, "files":
                return self._files(method, name, query["path"], request)
        raise Refusal(404, "Not Found")

    def _shown(self, name: str, *, state: bool = False) -> dict[str, Any]:
        shown = {**COMMON, **self.instances[name], "expanded_devices": self._expanded(name)}
        return {**shown, "state": self._state(name)} if state else shown

    def _expanded(self, name: str) -> dict[str, Any]:
        return {**self._profile()["devices"], **self.instances[name]["devices"]}

    def _create(self, body: dict[str, Any], target: str | None) -> Operation:
        if target and not self.members:
            raise Refusal(400, "Target only allowed when clustered")
        name, config = body["name"], body.get("config", {})
        for value in config.values():
            if not isinstance(value, str):
                raise Refusal(
                    400, "json: cannot unmarshal number into Go struct field InstancesPost.config of type string"
                )
        for profile in body.get("profiles") or []:
            if profile != "default":
                raise Refusal(400, f'Requested profile "{profile}" doesn\'t exist')
        if body["source"].get("alias") != IMAGE:
            raise Refusal(404, "Image alias not found")
        if body.get("type") == "virtual-machine" and not self.virtual:
            raise Refusal(400, f'Requested image\'s type "container" doesn\'t match instance type "{body["type"]}"')
        return self._started(lambda _: self._make(name, body, target))

    def _make(self, name: str, body: dict[str, Any], target: str | None) -> None:
        record = "Failed creating instance record: "
        if name in self.instances:
            raise Refusal(400, f'{record}Add instance info to the database: This "instances" entry already exists')
        for device, settings in body.get("devices", {}).items():
            self._judge_device(record + "Failed initialising instance: ", device, settings)
        (self.home / name / "run").mkdir(parents=True, exist_ok=True)
        with self._lock:
            self.instances[name] = {
                "name": name,
                "type": body.get("type", "container"),
                "status": "Stopped",
                "profiles": body.get("profiles", ["default"]),
                "config": {**body.get("config", {}), "volatile.eth0.hwaddr": "00:16:3e:00:00:01"},
                "devices": body.get("devices", {}),
                "location": (target or self.members[0]) if self.members else "none",
            }

    def _judge_device(self, prefix: str, device: str, settings: dict[str, str]) -> None:
        invalid = f'{prefix}Invalid devices: Device validation failed for "{device}": '
        if settings["type"] == "disk" and settings.get("pool") != POOL:
            raise Refusal(400, f"{prefix}Failed loading storage pool: Storage pool not found")
        if settings["type"] != "nic":
            return
        network = settings["network"]
        if network not in self.networks:
            failed = f'Failed to load network "{network}" for project "default": Network not found'
            raise Refusal(400, f'{invalid}Failed loading device "{device}": {failed}')
        subnet = ip_interface(self.networks[network]["config"]["ipv4.address"]).network
        if (address := settings.get("ipv4.address")) and ip_address(address) not in subnet:
            raise Refusal(400, f'{invalid}Device IP address "{address}" not within network "{network}" subnet')

    def _patch(self, name: str, body: dict[str, Any]) -> Operation:
        def work(_: Operation) -> None:
            instance = self.instances[name]
            if instance["type"] == "virtual-machine" and instance["status"] == "Running":
                raise Refusal(400, 'Key "limits.cpu" cannot be updated when VM is running')
            instance["config"] = {**instance["config"], **body.get("config", {})}
            instance["profiles"] = body.get("profiles", instance["profiles"])

        return self._started(work)

    def _put(self, name: str, body: dict[str, Any]) -> Operation:
        def work(_: Operation) -> None:
            instance = self.instances[name]
            if any(key.startswith("volatile.idmap") and key not in body["config"] for key in instance["config"]):
                raise Refusal(400, "Volatile idmap keys can't be deleted by the user")
            instance["config"] = body["config"]

        return self._started(work)

    def _delete(self, name: str) -> Operation:
        def work(_: Operation) -> None:
            with self._lock:
                del self.instances[name]

        if self.instances[name]["status"] == "Running":
            raise Refusal(400, "Instance is running")
        return self._started(work)

    def _switch(self, name: str, body: dict[str, Any]) -> Operation:
        def work(_: Operation) -> None:
            instance, action = self.instances[name], body["action"]
            if action == "start":
                self._judge_start(name)
                instance["config"]["volatile.idmap.current"] = "[]"
                instance["status"] = "Running"
            elif instance["status"] == "Stopped":
                raise Refusal(400, "The instance is already stopped")
            else:
                instance["status"] = "Stopped"

        return self._started(work)

    def _judge_start(self, name: str) -> None:
        if self.instances[name]["status"] == "Running":
            raise Refusal(400, "The instance is already running")
        mine = self._expanded(name)["eth0"].get("ipv4.address")
        others = (self._expanded(other)["eth0"].get("ipv4.address") for other in self.instances if other != name)
        if mine and mine in others:
            text = f'Failed start validation for device "eth0": IP address "{mine}" already defined on another NIC'
            raise Refusal(400, text)

    def _state(self, name: str) -> dict[str, Any]:
        instance = self.instances[name]
        if instance["status"] != "Running":
            return {"status": instance["status"], "network": None}
        address = self._expanded(name)["eth0"].get("ipv4.address", "198.51.100.150")
        card = {
            "hwaddr": instance["config"]["volatile.eth0.hwaddr"],
            "addresses": [{"family": "inet", "address": address, "scope": "global"}],
        }
        return {"status": "Running", "network": {self._expanded(name)["eth0"].get("name", "enp5s0"): card}}

    # -- inside a machine ------------------------------------------------------------------------------------------
    def _reachable(self, name: str) -> None:
        if self.instances[name]["type"] == "virtual-machine" and not self.agent:
            raise Refusal(500, "LXD VM agent isn't currently running")

    def _files(self, method: str, name: str, path: str, request: requests.PreparedRequest) -> Any:
        self._reachable(name)
        file = self.home / name / path.lstrip("/")
        if method == "POST":
            if not file.parent.is_dir():
                raise Refusal(404, "Not Found")
            file.write_bytes(_bytes(request))
            file.chmod(int(request.headers.get("X-LXD-mode", "0700"), 8))
            return {}
        if file.is_dir():
            return [entry.name for entry in file.iterdir()]
        if not file.exists():
            raise Refusal(404, "Not Found")
        return file.read_bytes()

    def _execute(self, name: str, body: dict[str, Any]) -> Operation:
        self._reachable(name)
        if self.instances[name]["status"] != "Running":
            raise Refusal(400, "Instance is not running")
        root, logs = self.home / name, self.home / "logs"
        logs.mkdir(exist_ok=True)
        argv = [f"{root}{part}" if part.startswith("/") and part != "/dev/null" else part for part in body["command"]]

        def work(operation: Operation) -> None:
            files = [logs / f"exec_{operation.identity}.{stream}" for stream in ("stdout", "stderr")]
            try:
                with files[0].open("wb") as stdout, files[1].open("wb") as stderr:
                    done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, check=False)
            except FileNotFoundError:
                raise Refusal(400, "Command not found") from None
            output = {str(n + 1): f"/1.0/instances/{name}/logs/{file.name}" for n, file in enumerate(files)}
            code = done.returncode if done.returncode >= 0 else 128 - done.returncode
            operation.metadata = {"return": code, "output": output}
            if code == 127:
                operation.error = "Command not found"

        return self._started(work)


def _body(request: requests.PreparedRequest) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(_bytes(request))
    return body


def _bytes(request: requests.PreparedRequest) -> bytes:
    body = request.body or b""
    return body.encode() if isinstance(body, str) else body


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
