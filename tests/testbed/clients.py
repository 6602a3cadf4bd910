"""The clients of a lab: the prober in the client's namespace, and a quick look whether somebody is served."""

import secrets
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pymysql

from hagen.bootstrap.prober import records
from hagen.bootstrap.prober.analysis import longest_silence, summarise
from hagen.bootstrap.prober.canary import acknowledged
from hagen.bootstrap.prober.plan import CanaryProbe, HTTPProbe, Plan, dump_plan
from tests.testbed.daemons import apiserver, database_front
from tests.testbed.errors import TestbedError
from tests.testbed.faults.fault import Fault, Traffic
from tests.testbed.lab import Lab
from tests.testbed.namespace import get, inside

_STORE = 2.0  # seconds that a request to etcd has
_PATIENCE = 20  # seconds, for the prober to begin and to end


@dataclass(frozen=True)
class Figures:
    """What one probe saw in a window. Seconds.

    `gap`: without service; for kept connections: without an answer. `last_failure`: from the window's begin to the
    start of the last attempt that failed.
    """

    attempts: int
    failures: int
    gap: float
    last_failure: float | None
    resolution: float
    kinds: dict[str, int]
    answers: dict[str, int]


class Probes:
    """The prober of one measurement, and its findings once it has ended."""

    def __init__(self, lab: Lab) -> None:
        self.run = secrets.token_hex(4)
        self._lab = lab
        folder = lab.context.client.directory / f"probes-{self.run}"
        folder.mkdir()
        self._plan, self._result, self._log = folder / "plan.json", folder / "result.jsonl", folder / "acknowledged"
        self._log.touch()
        self._recording: records.Recording | None = None

    def start(self, plan: Plan) -> subprocess.Popen[str]:
        """Start the prober, and wait until it probes."""
        dump_plan(plan, self._plan)
        command = self._lab.context.client.argv(
            sys.executable, "-m", "hagen.bootstrap.prober", self._plan, self._result
        )
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert process.stdout is not None
        if process.stdout.readline() != "ready\n":
            raise TestbedError(f"client prober: {process.communicate(timeout=_PATIENCE)[1]}")
        return process

    def finish(self, process: subprocess.Popen[str]) -> None:
        """End the prober, and read what it found."""
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=_PATIENCE)
        if process.returncode != 0 or errors:
            raise TestbedError(f"client prober ended with {process.returncode}: {errors}")
        self._recording = records.read(self._result)

    def figures(self, since: float, until: float) -> dict[str, Figures]:
        """What every probe saw between two moments of the monotonic clock."""
        assert self._recording is not None
        found = {}
        for name, attempts in self._recording.attempts.items():
            seen = summarise(attempts, since, until)
            # One thing after the other: an attempt that hangs, and then succeeds, is silence too.
            serial = name == Traffic.DATABASE or name.endswith(("-kept", "-watch"))
            gap = longest_silence(attempts, since, until) if serial else seen.longest_gap
            failed = [
                attempt.start - since for attempt in attempts if not attempt.ok and since <= attempt.start < until
            ]
            found[name] = Figures(
                seen.attempts, seen.failures, gap, max(failed, default=None), seen.resolution, seen.kinds, seen.answers
            )
        return found

    def acknowledged(self) -> set[int]:
        """The canary writes that the database confirmed."""
        confirmed: set[int] = acknowledged(self._log)
        return confirmed

    def plan(self, fault: Fault) -> Plan:
        """The clients that a fault is judged by."""
        probes = [probe for kind in fault.traffic for probe in self._probes(kind, fault.timeout)]
        return Plan(probes=(*probes, *self._stores())) if fault.stores else Plan(probes=tuple(probes))

    def _stores(self) -> list[HTTPProbe]:
        """Over new connections: a write, which needs etcd's majority, and a read of one member's copy, which does not."""
        ca = self._lab.context.certificates.ca
        kv = f"https://{self._lab.cluster.virtual_ip}:{apiserver.PORT}/kv"
        return [
            HTTPProbe(name=name, kind="new-connection", url=url, ca_file=ca, interval=0.05, timeout=_STORE)
            for name, url in (("etcd-write", kv), ("etcd-read", f"{kv}?read=serializable"))
        ]

    def _probes(self, traffic: Traffic, timeout: float) -> list[HTTPProbe | CanaryProbe]:
        vip, ca = self._lab.cluster.virtual_ip, self._lab.context.certificates.ca
        api, web = f"https://{vip}:{apiserver.PORT}", f"http://{vip}"
        if traffic is Traffic.API:
            return [
                HTTPProbe(
                    name="api", kind="new-connection", url=f"{api}/livez?exclude=etcd", ca_file=ca, timeout=timeout
                ),
                HTTPProbe(
                    name="api-kept",
                    kind="pooled",
                    url=f"{api}/livez?exclude=etcd",
                    ca_file=ca,
                    interval=0.02,
                    timeout=timeout,
                ),
                HTTPProbe(name="api-watch", kind="stream", url=f"{api}/watch", ca_file=ca, timeout=timeout),
            ]
        if traffic is Traffic.WEB:
            return [
                HTTPProbe(name="web", kind="new-connection", url=f"{web}/", timeout=timeout),
                HTTPProbe(name="web-kept", kind="pooled", url=f"{web}/", interval=0.02, timeout=timeout),
                HTTPProbe(name="web-watch", kind="stream", url=f"{web}/stream", timeout=timeout),
            ]
        canary = CanaryProbe(
            name="database", kind="canary", host="127.0.0.1", port=database_front.PORT, user="canary",
            database="canary", run=self.run, acknowledged=self._log,
        )  # fmt: skip
        return [canary]


@contextmanager
def probing(lab: Lab, fault: Fault) -> Iterator[Probes]:
    """The fault's clients are at work for as long as this lasts; afterwards there are findings."""
    probes = Probes(lab)
    with _running(probes, probes.plan(fault)):
        yield probes


@contextmanager
def probing_with(lab: Lab, plan: Plan) -> Iterator[Probes]:
    """The same, with any plan."""
    probes = Probes(lab)
    with _running(probes, plan):
        yield probes


@contextmanager
def _running(probes: Probes, plan: Plan) -> Iterator[None]:
    process = probes.start(plan)
    try:
        yield
        probes.finish(process)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def served(lab: Lab, traffic: Traffic, timeout: float) -> bool:
    """One new connection is served now."""
    client, vip = lab.context.client.namespace, lab.cluster.virtual_ip
    try:
        if traffic is Traffic.WEB:
            return get(client, vip, 80, "/", timeout=timeout)[0] == 200
        return _api(lab, timeout) if traffic is Traffic.API else _database(client)
    except (OSError, pymysql.Error):
        return False


def _api(lab: Lab, timeout: float) -> bool:
    context = ssl.create_default_context(cafile=lab.context.certificates.ca)
    vip = lab.cluster.virtual_ip
    with inside(lab.context.client.namespace):
        plain = socket.create_connection((vip, apiserver.PORT), timeout=timeout)
    with plain, context.wrap_socket(plain, server_hostname=vip) as secure:
        secure.sendall(f"GET /version HTTP/1.1\r\nHost: {vip}\r\nConnection: close\r\n\r\n".encode())
        return secure.recv(64).startswith(b"HTTP/1.1 200")


def _database(namespace: Path) -> bool:
    with inside(namespace):
        connection = pymysql.connect(
            host="127.0.0.1", port=database_front.PORT, user="canary", database="canary",
            connect_timeout=1, read_timeout=1, write_timeout=1, autocommit=True,
        )  # fmt: skip
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS look (id INT PRIMARY KEY)")
        cursor.execute("REPLACE INTO look VALUES (1)")
    return True
