"""The status of a cluster on one screen: pure functions from what was seen to lines with what to do about them.

A new subject: a file here, a line in SUBJECTS, a test.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from . import address, agents, api_servers, applications, autoscalers, certificates, database, etcd, machines
from .line import Line, Seen

SUBJECTS: Final[Mapping[str, Callable[[Seen], Iterator[Line]]]] = {
    "Machines": machines.lines,
    "Health agents": agents.lines,
    "Virtual IP": address.lines,
    "API servers": api_servers.lines,
    "etcd": etcd.lines,
    "Database": database.lines,
    "Autoscalers": autoscalers.lines,
    "Applications": applications.lines,
    "Certificates": certificates.lines,
}


def status(seen: Seen) -> dict[str, tuple[Line, ...]]:
    """Every subject with its lines."""
    return {subject: tuple(lines(seen)) for subject, lines in SUBJECTS.items()}
