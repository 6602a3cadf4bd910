"""Where a drill is played: the cluster, its clients, and everybody who is asked."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from ..agents.reach import Agents
from ..site import Site
from .alarms import Alarms
from .clients import Places
from .cluster import Cluster
from .load.locust import Locust

STEADY: Final = 10.0
"""Seconds for which everybody is served before anything is broken."""


class Records(Protocol):
    """Whoever can say which numbered writes a database node has."""

    def present(self, run: str) -> dict[str, set[int] | None]:
        """Node to numbers; None for a node that could not be asked."""
        ...


@dataclass
class Stage:
    """`folder`: for this run's files; `ledger`: the folder with what is broken; `say`: is told of each thing done.

    `steady`: seconds of service before the first fault. `patience`: seconds that everything has to be well again.
    `alarms`, `records`, `cluster` None: alerts, what became of writes, pods and events cannot be told from here.
    `load`: how users are made, for a drill that needs them.
    """

    site: Site
    agents: Agents
    places: Places
    folder: Path
    ledger: Path
    alarms: Alarms | None = None
    records: Records | None = None
    cluster: Cluster | None = None
    load: Locust | None = None
    say: Callable[[str], None] = lambda _: None
    steady: float = STEADY
    patience: float = 900.0
    stop: threading.Event = field(default_factory=threading.Event)
