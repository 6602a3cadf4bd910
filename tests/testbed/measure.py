"""One fault, once: what clients saw of it, who held the virtual IP, and whether an acknowledged write is missing."""

import time
from contextlib import closing
from dataclasses import dataclass, field

from tests.testbed import clients, ownership
from tests.testbed.daemons import galera, haproxy
from tests.testbed.faults.fault import Fault, Moment, Traffic
from tests.testbed.lab import Lab

# Served again: this many new connections in a row, this far apart (seconds).
_STEADY, _APART = 20, 0.05
# hagen's backend, and that of the kubeadm HA notes.
_API_BACKENDS = ("apiserver", "apiserverbackend")


@dataclass(frozen=True)
class Seen:
    """What was seen between one moment of a fault and the next. Seconds; `probes` by the probe's name.

    `out_of_rotation`: from the moment until haproxy gave the server up; within the distance of two looks.
    """

    moment: str
    watched: float
    both_held: float
    out_of_rotation: float | None
    probes: dict[str, clients.Figures]


@dataclass(frozen=True)
class Result:
    """One run of one fault."""

    fault: str
    settings: str
    seen: tuple[Seen, ...]
    moves: int
    missing_writes: dict[str, int] = field(default_factory=dict)  # acknowledged and absent, by node


def measure(lab: Lab, fault: Fault) -> Result:
    """Clients first, then the fault, moment by moment; then everything is brought back."""
    lab.wait_until_settled()
    first = ownership.watch(lab)
    windows: list[tuple[Moment, float, float | None]] = []
    with clients.probing(lab, fault) as probes:
        time.sleep(0.5)
        # Closed whatever happens: a story that repairs in `finally` does so then.
        with closing(fault.story(lab)) as story:
            for moment in story:
                left = watch(lab, fault)
                windows.append((moment, time.monotonic(), None if left is None else left - moment.at))
    history = ownership.changes(lab)
    lab.wait_until_healthy()
    seen = tuple(
        Seen(
            moment.name,
            until - moment.at,
            ownership.held_by_many(first, history, moment.at, until),
            left,
            probes.figures(moment.at, until),
        )
        for moment, until, left in windows
    )
    missing = _missing(lab, probes) if Traffic.DATABASE in fault.traffic else {}
    return Result(fault.name, lab.context.settings.name, seen, ownership.moves(history), missing)


def watch(lab: Lab, fault: Fault) -> float | None:
    """Wait until the fault's clients are served steadily again, at least `fault.watch` seconds, at most its patience.

    Returns when the server that has to leave haproxy's rotation had left it (monotonic seconds).
    """
    began = time.monotonic()
    steady, left = 0, None
    while (now := time.monotonic() - began) < fault.patience:
        if fault.leaves and left is None and _out_of_rotation(lab, fault.leaves):
            left = time.monotonic()
        steady = steady + 1 if all(clients.served(lab, traffic, fault.timeout) for traffic in fault.traffic) else 0
        # Served again is not enough while a sick server still gets its share.
        if steady >= _STEADY and now >= fault.watch and (left is not None or not fault.leaves):
            break
        time.sleep(_APART)
    return left


def _out_of_rotation(lab: Lab, server: str) -> bool:
    """The balancer that has the virtual IP sends this API server nothing any more."""
    states = haproxy.servers(lab.holder())
    return not any(states.get(f"{backend}/{server}", "DOWN").startswith("UP") for backend in _API_BACKENDS)


def _missing(lab: Lab, probes: clients.Probes) -> dict[str, int]:
    nodes = {host.name: set(_present(lab, host.name, probes.run)) for host in lab.context.of("worker")}
    return {name: len(probes.acknowledged() - present) for name, present in nodes.items()}


def _present(lab: Lab, name: str, run: str) -> list[int]:
    # `run` is ours: hexadecimal digits.
    rows = galera.execute(lab.context.hosts[name], f"SELECT id FROM canary.canary WHERE run = '{run}'")  # noqa: S608
    return [int(str(row[0])) for row in rows]
