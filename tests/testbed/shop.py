"""The demonstration's server behind the rendered load balancers, and the load test that people run against it."""

import csv
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.images.server import eventually
from tests.support import ROOT
from tests.testbed.daemons import door, ingress
from tests.testbed.lab import Lab
from tests.testbed.replicas import Replica, schema, serving

LOAD_TESTS = ROOT / "gitops-template/load-tests"
_PROGRAM = "import runpy, sys; sys.argv[0] = 'locust'; runpy.run_module('locust', run_name='__main__')"
_MINUTES = 30


@dataclass(frozen=True)
class Figures:
    """One kind of request, or all of them (`name` is Aggregated). Milliseconds."""

    name: str
    requests: int
    failures: int
    per_second: float
    median: float
    p95: float


@contextmanager
def opened(lab: Lab, *replicas: Replica, more: Sequence[Replica] = ()) -> Iterator[None]:
    """Replicas on an empty schema, and a door to them on each worker, in the place of the ingress's stand-in.

    `more`: replicas that may be started later.
    """
    workers = lab.context.of("worker")
    places = {replica.name: f"{lab.context.client.address}:{replica.port}" for replica in (*replicas, *more)}
    names = [replica.name for replica in replicas]
    with schema(lab), serving(*replicas):
        for host in workers:
            host.forget(ingress.NAME)
            host.start(door.daemon(host, lab.context, places))
        try:
            for host in workers:
                eventually(lambda host=host: door.problem(host, names), lambda text: not text)  # type: ignore[misc]
            yield
        finally:
            for host in workers:
                host.forget(door.NAME)
                host.start(ingress.daemon(host, lab.context))


def under_way(lab: Lab, replica: Replica) -> int:
    """How many requests are under way at a replica, through all doors."""
    return sum(door.busy(host, replica.name) for host in lab.context.of("worker"))


def begin(lab: Lab, folder: Path, *arguments: str) -> "subprocess.Popen[str]":
    """Start the load test in the client's network, against the virtual IP; `folder` gets its figures."""
    options = (
        "--headless", "--only-summary", "--locustfile", str(LOAD_TESTS / "locustfile.py"), "--host", "http://server.local",
        "--address", lab.cluster.virtual_ip, "--csv", str(folder / "load"), "--report", str(folder / "load.json"),
    )  # fmt: skip
    command = [
        "nsenter", f"--net={lab.context.client.namespace}", "--", sys.executable, "-c", _PROGRAM, *options, *arguments,
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(LOAD_TESTS)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def ended(load: "subprocess.Popen[str]") -> tuple[int, str]:
    """Its exit code and what it said, once it is over."""
    said, _ = load.communicate(timeout=_MINUTES * 60)
    return load.returncode, said


def figures(folder: Path) -> dict[str, Figures]:
    """What Locust counted, by "METHOD path"; "Aggregated" is all of it."""
    with (folder / "load_stats.csv").open() as file:
        rows = list(csv.DictReader(file))
    return {
        f"{row['Type']} {row['Name']}".strip(): Figures(
            row["Name"],
            int(row["Request Count"]),
            int(row["Failure Count"]),
            float(row["Requests/s"]),
            float(row["50%"]),
            float(row["95%"]),
        )
        for row in rows
    }
