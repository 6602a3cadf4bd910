"""Who held the virtual IP, and when, as the load balancers' own kernels say it."""

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tests.testbed.errors import TestbedError
from tests.testbed.host import Daemon, Host
from tests.testbed.lab import Lab

NAME = "address-watch"
_PROOF = "192.0.2.254"  # RFC 5737
_LISTENS = 10.0  # seconds
_LINE = re.compile(r"^\[(?P<time>[^\]]+)\] ?(?P<gone>Deleted )?.* inet (?P<address>[0-9.]+)/")


@dataclass(frozen=True)
class Change:
    """A load balancer got (or lost) the virtual IP. `at`: monotonic seconds."""

    at: float
    host: str
    gained: bool


def watch(lab: Lab) -> list[str]:
    """Start to watch; returns who holds it now. TestbedError when a watcher hears nothing."""
    for host in lab.context.of("load-balancer"):
        host.log(NAME).write_text("")
        host.power_losses.clear()
        host.witnesses = [Daemon(NAME, ("stdbuf", "-oL", "ip", "-ts", "-4", "-o", "monitor", "address"))]
        host.start(host.witnesses[0])
    for host in lab.context.of("load-balancer"):
        _prove(host)
    return lab.holders()


def _prove(host: Host) -> None:
    """An address of no meaning comes and goes: who does not hear that would take silence for peace."""
    end = time.monotonic() + _LISTENS
    while _PROOF not in host.log(NAME).read_text(errors="replace"):
        if time.monotonic() > end:
            raise TestbedError(f"{host.name}: who watches its addresses hears nothing\n{host.tail(NAME)}")
        host.run("ip", "address", "add", f"{_PROOF}/32", "dev", "lo")
        host.run("ip", "address", "delete", f"{_PROOF}/32", "dev", "lo")


def changes(lab: Lab) -> list[Change]:
    """What happened since `watch`, and the end of it. TestbedError when a watcher has died meanwhile."""
    found = []
    anchor = time.time() - time.monotonic()
    for host in lab.context.of("load-balancer"):
        if host.powered and not host.alive(NAME):
            raise TestbedError(f"{host.name}: who watches its addresses has died\n{host.tail(NAME)}")
        host.witnesses = []
        host.forget(NAME)
        # Nobody was there any more to see this one.
        found += [Change(at, host.name, gained=False) for at in host.power_losses]
        for line in host.log(NAME).read_text(errors="replace").splitlines():
            match = _LINE.match(line)
            if match and match["address"] == lab.cluster.virtual_ip:
                at = datetime.fromisoformat(match["time"]).timestamp() - anchor
                found.append(Change(at, host.name, not match["gone"]))
    return sorted(found, key=lambda change: change.at)


def held_by_many(first: Iterable[str], history: Iterable[Change], since: float, until: float) -> float:
    """Seconds between `since` and `until` during which more than one host held the address."""
    holders, last, seconds = set(first), since, 0.0
    for change in [*history, Change(until, "", gained=False)]:
        at = min(max(change.at, since), until)
        if len(holders) > 1:
            seconds += at - last
        last = at
        (holders.add if change.gained else holders.discard)(change.host)
    return seconds


def moves(history: Iterable[Change]) -> int:
    """How often somebody took the address."""
    return sum(change.gained for change in history)
