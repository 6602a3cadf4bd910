"""The fake LXD's store of images: fingerprints, aliases that lead to them, machines that become one."""

import hashlib
import itertools
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from tests.bootstrap.provider.fake_machines import IMAGE, read_json
from tests.bootstrap.provider.fake_operations import Operation, Operations, Refusal

STOCK = "0" * 64


@dataclass
class FakeImages:
    """All of a server. `instances`: its machines, whose folders are copied."""

    home: Path
    operations: Operations
    instances: Mapping[str, dict[str, Any]]
    known: dict[str, dict[str, Any]] = field(default_factory=lambda: {STOCK: {"type": "container", "properties": {}}})
    aliases: dict[str, str] = field(default_factory=lambda: {IMAGE: STOCK})
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def folder(self, alias: str) -> Path | None:
        """What a machine from this image begins with; None when there is no such alias."""
        fingerprint = self.aliases.get(alias)
        return None if fingerprint is None else self.home / "images" / fingerprint

    def answer(self, method: str, rest: list[str], request: requests.PreparedRequest) -> Any:
        """Below /1.0/images."""
        if rest[:1] == ["aliases"]:
            return self._alias(method, rest[1:], request)
        if not rest:
            return self._publish(read_json(request)) if method == "POST" else [self._shown(each) for each in self.known]
        if rest[0] not in self.known:
            raise Refusal(404, "Image not found")
        return self.operations.started(lambda _: self._delete(rest[0])) if method == "DELETE" else self._shown(rest[0])

    def _shown(self, fingerprint: str) -> dict[str, Any]:
        names = [{"name": name} for name, target in self.aliases.items() if target == fingerprint]
        fixed = {"fingerprint": fingerprint, "size": 1, "created_at": "2026-01-01T00:00:00Z"}
        return {**fixed, **self.known[fingerprint], "aliases": names}

    def _publish(self, body: dict[str, Any]) -> Operation:
        name = body["source"]["name"]
        if self.instances[name]["status"] == "Running":
            raise Refusal(400, "Cannot export a running instance as an image")

        def work(operation: Operation) -> None:
            fingerprint = hashlib.sha256(f"{next(self._numbers)}".encode()).hexdigest()
            shutil.copytree(self.home / name, self.home / "images" / fingerprint)
            kind = self.instances[name]["type"]
            self.known[fingerprint] = {"type": kind, "properties": body["properties"]}
            operation.metadata = {"fingerprint": fingerprint}

        return self.operations.started(work)

    def _delete(self, fingerprint: str) -> None:
        del self.known[fingerprint]
        self.aliases = {name: target for name, target in self.aliases.items() if target != fingerprint}

    def _alias(self, method: str, rest: list[str], request: requests.PreparedRequest) -> Any:
        if method == "POST":
            body = read_json(request)
            if body["name"] in self.aliases:
                raise Refusal(409, f'Alias "{body["name"]}" already exists')
            self.aliases[body["name"]] = body["target"]
            return {}
        if rest[0] not in self.aliases:
            raise Refusal(404, "Image alias not found")
        acts: dict[str, Callable[[], Any]] = {
            "GET": lambda: {
                "name": rest[0],
                "target": self.aliases[rest[0]],
                "type": self.known[self.aliases[rest[0]]]["type"],
            },
            "PUT": lambda: self.aliases.update({rest[0]: read_json(request)["target"]}) or {},
        }
        return acts[method]()
