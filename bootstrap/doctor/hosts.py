"""Hosts of the provider, and the machines that come to them. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..inventory import Machine
from ..provider.contract import Capacity


@dataclass(frozen=True)
class Load:
    """A host and what will be made there; Several hosts: the provider chooses among them."""

    place: str
    hosts: tuple[Capacity, ...]
    machines: tuple[Machine, ...]


def named(host: Capacity) -> str:
    """How findings name a host; one that stands alone has no name."""
    return f"host {host.host}" if host.host else "host"


def used(hosts: Iterable[Capacity], wanted: set[str]) -> list[Capacity]:
    """Hosts that will have a machine; an empty name in `wanted`: any of them."""
    return [host for host in hosts if "" in wanted or host.host in wanted]


def loads(hosts: Sequence[Capacity], machines: Sequence[Machine]) -> Iterator[Load]:
    """Each host with the machines that are placed on it; then, where some are placed nowhere, all of all together."""
    if len(hosts) > 1:
        for host in hosts:
            here = tuple(machine for machine in machines if machine.host == host.host)
            if here:
                yield Load(named(host), (host,), here)
    if any(not machine.host for machine in machines):
        place = "all hosts together" if len(hosts) > 1 else named(hosts[0]) if hosts else "host"
        yield Load(place, tuple(hosts), tuple(machines))


def total(values: Iterable[int | None]) -> int | None:
    """The sum; None when one of them is not known, or there is none."""
    known = list(values)
    return None if not known or None in known else sum(value for value in known if value is not None)
