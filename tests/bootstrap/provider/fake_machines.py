"""The fake LXD's machines: folders, in which commands run for real.

Arguments that begin with a slash are looked for in the machine's folder.
"""

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_interface
from pathlib import Path
from typing import Any

import requests

from tests.bootstrap.provider.fake_operations import Operation, Operations, Refusal

BRIDGE, GATEWAY, POOL, IMAGE = "hagen-test0", "198.51.100.1/24", "default", "debian"
PROFILE: Mapping[str, Any] = {
    "name": "default",
    "config": {},
    "devices": {
        "root": {"type": "disk", "path": "/", "pool": POOL},
        "eth0": {"type": "nic", "name": "eth0", "network": BRIDGE},
    },
}
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


def read_json(request: requests.PreparedRequest) -> dict[str, Any]:
    """A request's body."""
    body: dict[str, Any] = json.loads(read_bytes(request))
    return body


def read_bytes(request: requests.PreparedRequest) -> bytes:
    """The same, as it is."""
    body = request.body or b""
    if isinstance(body, str):
        return body.encode()
    assert isinstance(body, bytes)
    return body


@dataclass
class FakeMachines:
    """All of a server. `virtual`: it takes virtual machines; `agent`: theirs answers. `networks`: the server's.

    `image`: alias -> the folder that a machine begins with.
    """

    home: Path
    operations: Operations
    networks: Mapping[str, dict[str, Any]]
    image: Callable[[str], Path | None]
    members: tuple[str, ...] = ()
    virtual: bool = False
    agent: bool = True
    instances: dict[str, dict[str, Any]] = field(default_factory=dict)

    # -- what they are -------------------------------------------------------------------------------------------------
    def answer(self, method: str, rest: list[str], query: Mapping[str, str], request: requests.PreparedRequest) -> Any:
        """Below /1.0/instances."""
        if not rest:
            return self._all(method, query, request)
        if rest[0] not in self.instances:
            raise Refusal(404, "Instance not found")
        if rest[1:] == ["files"]:
            return self._files(method, rest[0], query["path"], request)
        if rest[1:2] == ["logs"]:
            return self._log(method, rest[2])
        handlers: dict[tuple[str, tuple[str, ...]], Callable[[str], Any]] = {
            ("GET", ()): self._shown,
            ("PATCH", ()): lambda name: self._patch(name, read_json(request)),
            ("PUT", ()): lambda name: self._put(name, read_json(request)),
            ("DELETE", ()): self._delete,
            ("GET", ("state",)): self._state,
            ("PUT", ("state",)): lambda name: self._switch(name, read_json(request)),
            ("POST", ("exec",)): lambda name: self._execute(name, read_json(request)),
        }
        handler = handlers.get((method, tuple(rest[1:])))
        if handler is None:
            raise Refusal(404, "Not Found")
        return handler(rest[0])

    def _all(self, method: str, query: Mapping[str, str], request: requests.PreparedRequest) -> Any:
        if method == "POST":
            return self._create(read_json(request), query.get("target"))
        shown = [self._shown(name, state=query.get("recursion") == "2") for name in list(self.instances)]
        return shown if "recursion" in query else [f"/1.0/instances/{entry['name']}" for entry in shown]

    def _log(self, method: str, name: str) -> Any:
        file = self.home / "logs" / name
        if method == "GET":
            return file.read_bytes()
        file.unlink()
        return {}

    def _shown(self, name: str, *, state: bool = False) -> dict[str, Any]:
        shown = {**COMMON, **self.instances[name], "expanded_devices": self._expanded(name)}
        return {**shown, "state": self._state(name)} if state else shown

    def _expanded(self, name: str) -> dict[str, Any]:
        return {**PROFILE["devices"], **self.instances[name]["devices"]}

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
        image = self.image(body["source"].get("alias", ""))
        if image is None:
            raise Refusal(404, "Image alias not found")
        if body.get("type") == "virtual-machine" and not self.virtual:
            raise Refusal(400, f'Requested image\'s type "container" doesn\'t match instance type "{body["type"]}"')
        return self.operations.started(lambda _: self._make(name, body, target, image))

    def _make(self, name: str, body: dict[str, Any], target: str | None, image: Path) -> None:
        record = "Failed creating instance record: "
        if name in self.instances:
            raise Refusal(400, f'{record}Add instance info to the database: This "instances" entry already exists')
        for device, settings in body.get("devices", {}).items():
            self._judge_device(record + "Failed initialising instance: ", device, settings)
        shutil.rmtree(self.home / name, ignore_errors=True)
        if image.is_dir():
            shutil.copytree(image, self.home / name)
        (self.home / name / "run").mkdir(parents=True, exist_ok=True)
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

        return self.operations.started(work)

    def _put(self, name: str, body: dict[str, Any]) -> Operation:
        def work(_: Operation) -> None:
            instance = self.instances[name]
            if any(key.startswith("volatile.idmap") and key not in body["config"] for key in instance["config"]):
                raise Refusal(400, "Volatile idmap keys can't be deleted by the user")
            instance["config"] = body["config"]

        return self.operations.started(work)

    def _delete(self, name: str) -> Operation:
        def work(_: Operation) -> None:
            del self.instances[name]

        if self.instances[name]["status"] == "Running":
            raise Refusal(400, "Instance is running")
        return self.operations.started(work)

    def _switch(self, name: str, body: dict[str, Any]) -> Operation:
        def work(_: Operation) -> None:
            instance, action = self.instances[name], body["action"]
            if action in {"freeze", "unfreeze"}:
                instance["status"] = "Frozen" if action == "freeze" else "Running"
            elif action == "start":
                self._judge_start(name)
                instance["config"]["volatile.idmap.current"] = "[]"
                instance["status"] = "Running"
            elif instance["status"] == "Stopped":
                raise Refusal(400, "The instance is already stopped")
            elif not body.get("force") and (self.home / name / "etc/systemd/system/halt.target").is_symlink():
                failed = 'Failed shutting down instance, status is "Running": shutting down the container failed'
                raise Refusal(400, failed)
            else:
                instance["status"] = "Stopped"

        return self.operations.started(work)

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
            file.write_bytes(read_bytes(request))
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
            if not body["record-output"]:
                output = {}
                for file in files:
                    file.unlink()
            code = done.returncode if done.returncode >= 0 else 128 - done.returncode
            operation.metadata = {"return": code, "output": output}
            if code == 127:
                operation.error = "Command not found"

        return self.operations.started(work)
