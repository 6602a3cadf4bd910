"""No false failovers: every core busy, full-rate load through the virtual IP, no fault, and the address stays."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from hagen.bootstrap.prober.plan import HTTPProbe, Plan
from tests.testbed import clients, ownership
from tests.testbed.daemons import apiserver
from tests.testbed.host import Daemon
from tests.testbed.lab import Lab

_LOOPS_PER_CORE = 2
_CLIENTS = 4


@dataclass(frozen=True)
class Stress:
    """`moves`: how often the address changed hands. `idle`: share of CPU time that nobody used. `stolen`: by the
    hypervisor. `requests`, `failures`: of the load."""

    seconds: float
    moves: int
    idle: float
    stolen: float
    requests: int
    failures: int


def stress(lab: Lab, seconds: float) -> Stress:
    """Load the machine for `seconds`."""
    lab.wait_until_healthy()
    client = lab.context.client
    ownership.watch(lab)
    busy = [f"busy-{number}" for number in range(_LOOPS_PER_CORE * (os.cpu_count() or 1))]
    with clients.probing_with(lab, _load(lab)) as probes:
        for name in busy:
            client.start(Daemon(name, ("sh", "-c", "while :; do :; done")))
        before, began = _cpu(), time.monotonic()
        time.sleep(seconds)
        after, ended = _cpu(), time.monotonic()
        for name in busy:
            client.forget(name)
    moves = ownership.moves(ownership.changes(lab))
    seen = probes.figures(began, ended).values()
    used = [late - early for early, late in zip(before, after, strict=True)]
    return Stress(
        seconds=ended - began,
        moves=moves,
        idle=used[3] / sum(used),
        stolen=used[7] / sum(used),
        requests=sum(figures.attempts for figures in seen),
        failures=sum(figures.failures for figures in seen),
    )


def _load(lab: Lab) -> Plan:
    """Closed loops without a pause over kept connections, and new connections beside them."""
    vip, ca = lab.cluster.virtual_ip, lab.context.certificates.ca
    kept = [
        HTTPProbe(name=f"web-{number}", kind="pooled", url=f"http://{vip}/", interval=0.0001, timeout=5)
        for number in range(_CLIENTS)
    ]
    api = HTTPProbe(
        name="api",
        kind="new-connection",
        url=f"https://{vip}:{apiserver.PORT}/livez?exclude=etcd",
        ca_file=ca,
        timeout=5,
    )
    return Plan(probes=(*kept, api))


def _cpu() -> list[int]:
    """Jiffies since boot: user, nice, system, idle, iowait, irq, softirq, steal (proc(5))."""
    return [int(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
