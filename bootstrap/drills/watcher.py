"""Looks on while a drill goes on, in a thread of its own."""

import threading
import time
from types import TracebackType
from typing import Final, Self

from ..agents.reach import Agents
from .alarms import Alarms
from .cluster import Cluster, Pods
from .look import Look

INTERVAL: Final = 0.2
"""Seconds from one look to the next, when everybody answers in time."""
_ALARMS: Final = 1.0
_PODS: Final = 3.0  # each time costs a control plane a process


class Watcher:
    """Looks, in their order, while the block lasts."""

    def __init__(self, agents: Agents, alarms: Alarms | None = None, cluster: Cluster | None = None) -> None:
        self.looks: list[Look] = []
        self._agents, self._alarms = agents, alarms
        self._alerts: dict[str, str] | None = None
        self._pods: Pods | None = None
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._look, name="looks", daemon=True)]
        if alarms is not None:
            self._threads.append(threading.Thread(target=self._listen, args=(alarms,), name="alarms", daemon=True))
        if cluster is not None:
            self._threads.append(threading.Thread(target=self._count, args=(cluster,), name="pods", daemon=True))

    def __enter__(self) -> Self:
        self.once()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    @property
    def latest(self) -> Look:
        """The last one."""
        return self.looks[-1]

    def once(self) -> Look:
        """One look now."""
        if self._alarms is not None and not self._over.is_set() and not self.looks:
            self._alerts = self._alarms.now()
        answers = self._agents.ask()
        look = Look(time.monotonic(), answers, self._alerts, self._pods).lean()
        self.looks.append(look)
        return look

    def _look(self) -> None:
        due = time.monotonic()
        while not self._over.wait(max(0.0, due - time.monotonic())):
            self.once()
            due = max(due + INTERVAL, time.monotonic())

    def _listen(self, alarms: Alarms) -> None:
        while not self._over.wait(_ALARMS):
            self._alerts = alarms.now()

    def _count(self, cluster: Cluster) -> None:
        due = 0.0
        while not self._over.wait(max(0.0, due - time.monotonic())):
            due = time.monotonic() + _PODS
            self._pods = cluster.pods()
