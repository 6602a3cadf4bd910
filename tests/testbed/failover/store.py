"""The numbers of a run, kept as they arrive: nothing is lost when a run is ended early."""

import dataclasses
import json
import os
import platform
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.testbed.measure import Result
from tests.testbed.stress import Stress


@dataclass
class Store:
    """`results`: side, and a Result as plain data. `failures`: faults that could not be measured, with the reason."""

    path: Path
    machine: dict[str, Any]
    results: list[dict[str, Any]] = field(default_factory=list)
    failures: list[dict[str, str]] = field(default_factory=list)
    stress: list[dict[str, float]] = field(default_factory=list)

    @classmethod
    def new(cls, path: Path) -> "Store":
        """Nothing measured yet."""
        return cls(path, machine())

    @classmethod
    def open(cls, path: Path) -> "Store":
        """What was measured before, to add to."""
        return cls(path, **json.loads(path.read_text())) if path.exists() else cls.new(path)

    def add(self, side: str, result: Result) -> None:
        """Keep one result."""
        self.results.append({"side": side, **dataclasses.asdict(result)})
        self._save()

    def stressed(self, result: Stress) -> None:
        """Keep what a busy machine did to the virtual IP."""
        self.stress.append(dataclasses.asdict(result))
        self._save()

    def fail(self, side: str, fault: str, reason: str) -> None:
        """Keep the reason why a fault was not measured."""
        self.failures.append({"side": side, "fault": fault, "reason": reason})
        self._save()

    def _save(self) -> None:
        content: dict[str, Any] = {"machine": self.machine, "results": self.results, "failures": self.failures}
        content["stress"] = self.stress
        fresh = self.path.with_suffix(".json.new")
        fresh.write_text(json.dumps(content, indent=1) + "\n")
        fresh.replace(self.path)


def machine() -> dict[str, Any]:
    """When, on what, and with which daemons numbers are made now."""
    return {
        "measured": datetime.now(UTC).strftime("%Y-%m-%d"),
        "kernel": platform.release().split("-")[0],
        "cores": os.cpu_count(),
        "versions": {name: _version(*command) for name, command in _VERSIONS.items()},
    }


_VERSIONS = {
    "haproxy": ("haproxy", "-v"),
    "keepalived": ("keepalived", "--version"),
    "etcd": ("etcd", "--version"),
    "mariadbd": ("mariadbd", "--version"),
}


def _version(*command: str) -> str:
    environment = os.environ | {"PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    return (done.stdout + done.stderr).splitlines()[0].strip()
