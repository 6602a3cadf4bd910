"""An autoscaler over real replicas of the server, by the rule of the real one and what their processes really compute.

desired = ceil(current * utilisation / target), unless that is within 10 % of the target; never above the maximum or
below the minimum; downwards only what was recommended at most within the window
(https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details). The real one looks every
15 s, and its window is 300 s: a test has less patience.
"""

import json
import math
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.testbed import shop
from tests.testbed.daemons import apiserver
from tests.testbed.drilling import Result, drill
from tests.testbed.lab import Lab
from tests.testbed.replicas import Replica

LOCUST = str(Path(sys.executable).with_name("locust"))
TARGET, REQUEST = 70, 0.1  # percent of the requested CPU, as rendered; one CPU is 1
_TOLERANCE = 0.1
_EVERY = 5.0  # seconds
_WINDOW = 15.0
_STARTS = 15.0
_TICKS = os.sysconf("SC_CLK_TCK")
_ALL_WELL = "DesiredWithinRange"


@dataclass
class Elastic:
    """Replicas that come and go. `tick` it from the main thread, several times a second."""

    lab: Lab
    minimum: int
    replicas: tuple[Replica, ...]
    desired: int = 0
    running: list[Replica] = field(default_factory=list)
    leaving: list[Replica] = field(default_factory=list)
    utilization: int = 20
    _due: float = 0.0
    _started: dict[str, float] = field(default_factory=dict)
    _used: dict[str, tuple[float, float]] = field(default_factory=dict)
    _recommended: list[tuple[float, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.desired, self.running = self.minimum, list(self.replicas[: self.minimum])

    def tick(self) -> None:
        """Look, decide, start or end replicas, and say how it is, when it is time."""
        now = time.monotonic()
        if now < self._due:
            return
        self._due = now + _EVERY
        for gone in [replica for replica in self.leaving if not replica.alive]:
            gone.stop()
            self.leaving.remove(gone)
        shares = [share for replica in self.running if (share := self._share(replica, now)) is not None]
        if shares:
            # Those that start are counted as if they computed nothing, as pods that are not ready yet are.
            self.utilization = round(100 * sum(shares) / len(self.running) / REQUEST)
            wanted = recommended(len(self.running), self.utilization)
            self._recommended = [each for each in self._recommended if each[0] > now - _WINDOW] + [(now, wanted)]
            self.desired = self._within(max([wanted, *(number for _, number in self._recommended)]))
        self._scale()
        self._say()

    def _within(self, number: int) -> int:
        return min(max(number, self.minimum), len(self.replicas))

    def _scale(self) -> None:
        while len(self.running) > self.desired:
            last = self.running.pop()
            last.drain()
            self.leaving.append(last)
        free = [replica for replica in self.replicas if replica not in self.running and replica not in self.leaving]
        for replica in free[: max(0, self.desired - len(self.running))]:
            replica.start()
            self._started[replica.name] = time.monotonic()
            self.running.append(replica)

    def _share(self, replica: Replica, now: float) -> float | None:
        """Of one CPU, since the last look; None when it is new, or gone."""
        try:
            used = cpu_seconds(replica.process)
        except OSError:
            return None
        if now - self._started.get(replica.name, -math.inf) < _STARTS:
            return None
        before = self._used.get(replica.name)
        self._used[replica.name] = (now, used)
        return None if before is None or used < before[1] else (used - before[1]) / (now - before[0])

    def _say(self) -> None:
        capped = (
            "TooManyReplicas" if self.desired == len(self.replicas) and self.utilization > TARGET * 1.1 else _ALL_WELL
        )
        fewest = (
            "TooFewReplicas"
            if self.desired == self.minimum and recommended(len(self.running), self.utilization) < self.minimum
            else capped
        )
        ready = sum(replica.ready for replica in self.running)
        content = {
            "current": len(self.running), "desired": self.desired, "ready": ready, "utilization": self.utilization,
            "reasons": ["ReadyForNewScale", "ValidMetricFound", fewest],
        }  # fmt: skip
        file = apiserver.scaling(self.lab.context)
        half = file.with_suffix(".new")
        half.write_text(json.dumps(content))
        half.replace(file)


def recommended(current: int, utilization: float) -> int:
    """How many the formula asks for."""
    share = utilization / TARGET
    return current if abs(share - 1) <= _TOLERANCE else math.ceil(current * share)


def cpu_seconds(pid: int) -> float:
    """That a process has used (proc(5), stat: utime and stime). OSError when it is gone."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def followed(lab: Lab) -> Result:
    """`hagen drill hpa` while the autoscaler does its work; steps that are shorter than people would make them."""
    with elastic(lab) as scaled:
        return drill(lab, "hpa", meanwhile=scaled.tick, load="--step-seconds 30,60,60,110", locust=LOCUST)


@contextmanager
def elastic(lab: Lab) -> Iterator[Elastic]:
    """The rendered autoscaler's own bounds, over replicas in the client's namespace."""
    (bounds,) = lab.context.cluster.agent["autoscalers"]
    replicas = tuple(Replica(lab, number) for number in range(bounds["max"]))
    first, more = replicas[: bounds["min"]], replicas[bounds["min"] :]
    with shop.opened(lab, *first, more=more):
        scaled = Elastic(lab, bounds["min"], replicas)
        try:
            yield scaled
        finally:
            apiserver.scaling(lab.context).unlink(missing_ok=True)
            for replica in replicas:
                replica.stop()
