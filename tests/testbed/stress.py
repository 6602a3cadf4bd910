"""No false failovers: every core busy, full-rate load through the virtual IP, no fault, and the address stays."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen, TimeoutExpired

from hagen.bootstrap.prober.plan import HTTPProbe, Plan
from tests.testbed import clients, ownership, wrk
from tests.testbed.daemons import apiserver
from tests.testbed.errors import TestbedError
from tests.testbed.host import Daemon
from tests.testbed.lab import Lab

_LOOPS_PER_CORE = 2
_CONNECTIONS = 32  # closed loops for the web and for the API, each
_PATIENCE = 20.0  # seconds beyond its time until wrk has to have ended


@dataclass(frozen=True)
class Stress:
    """`moves`: how often the address changed hands. `idle`: share of CPU time that nobody used. `stolen`: by the
    hypervisor. `requests`, `failures`: of the load, which `load` made. `probe_...`: new connections of a client of
    its own, the API's and the web's together; its longest gap in seconds."""

    seconds: float
    moves: int
    idle: float
    stolen: float
    requests: int
    failures: int
    load: str
    probe_attempts: int
    probe_failures: int
    probe_gap: float


def stress(lab: Lab, seconds: float) -> Stress:
    """Load the machine for `seconds`."""
    lab.wait_until_healthy()
    ownership.watch(lab)
    with clients.probing_with(lab, _probes(lab)) as probes, _busy(lab):
        generators = [_generator(lab, url, seconds) for url in _urls(lab)]
        try:
            before, began = _cpu(), time.monotonic()
            time.sleep(seconds)
            after, ended = _cpu(), time.monotonic()
            loads = [_report(generator) for generator in generators]
        finally:
            _end(generators)
    moves = ownership.moves(ownership.changes(lab))
    seen = probes.figures(began, ended).values()
    used = [late - early for early, late in zip(before, after, strict=True)]
    return Stress(
        seconds=ended - began,
        moves=moves,
        idle=used[3] / sum(used),
        stolen=used[7] / sum(used),
        requests=sum(load.requests for load in loads),
        failures=sum(load.failures for load in loads),
        load=wrk.PROGRAM,
        probe_attempts=sum(figures.attempts for figures in seen),
        probe_failures=sum(figures.failures for figures in seen),
        probe_gap=max(figures.gap for figures in seen),
    )


def _urls(lab: Lab) -> tuple[str, str]:
    vip = lab.cluster.virtual_ip
    return f"http://{vip}/", f"https://{vip}:{apiserver.PORT}/livez?exclude=etcd"


def _probes(lab: Lab) -> Plan:
    """New connections, from a process that has nothing else to do."""
    web, api = _urls(lab)
    ca = lab.context.certificates.ca
    return Plan(
        probes=(
            HTTPProbe(name="web", kind="new-connection", url=web, timeout=5),
            HTTPProbe(name="api", kind="new-connection", url=api, ca_file=ca, timeout=5),
        )
    )


@contextmanager
def _busy(lab: Lab) -> Iterator[None]:
    """More endless loops than cores."""
    client = lab.context.client
    names = [f"busy-{number}" for number in range(_LOOPS_PER_CORE * (os.cpu_count() or 1))]
    try:
        for name in names:
            client.start(Daemon(name, ("sh", "-c", "while :; do :; done")))
        yield
    finally:
        for name in names:
            client.forget(name)


def _generator(lab: Lab, url: str, seconds: float) -> Popen[str]:
    command = lab.context.client.argv(*wrk.command(url, seconds, _CONNECTIONS))
    return Popen(["setpriv", "--pdeathsig", "KILL", *command], stdout=PIPE, stderr=PIPE, text=True)


def _report(generator: Popen[str]) -> wrk.Load:
    try:
        report, errors = generator.communicate(timeout=_PATIENCE)
    except TimeoutExpired as failure:
        raise TestbedError(f"client {wrk.PROGRAM}: did not end") from failure
    return wrk.read(report + errors)


def _end(generators: list[Popen[str]]) -> None:
    for generator in generators:
        if generator.poll() is None:
            generator.kill()
            generator.communicate()


def _cpu() -> list[int]:
    """Jiffies since boot: user, nice, system, idle, iowait, irq, softirq, steal (proc(5))."""
    return [int(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
