"""Let every collector look at its targets again and again, each in a thread of its own, and hand out what they saw.

Whoever asks for the snapshot never waits for a target: a hung one costs its own collector's readings and nothing else.
Python cannot end a thread, so a collector that ignores its deadline keeps its thread, is called stuck, and is not
started a second time until that run ends. The loops' heartbeats tell the service manager when that never happens.
"""

import logging
import threading
from collections.abc import Iterable, Mapping

from .clock import Clock, SystemClock
from .collectors.collector import Closing, Collector, CollectorError
from .ledger import Ledger
from .snapshot import Reading, Snapshot

_LOG = logging.getLogger(__name__)


class Runner:
    """Starts nothing before start(). `snapshot` and `heartbeats` may be asked at any time from any thread."""

    def __init__(self, collectors: Iterable[Collector], clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._stop = threading.Event()
        self._loops = [_Loop(collector, self._clock, self._stop) for collector in collectors]

    def start(self) -> None:
        """Every collector runs at once, and then every `interval` seconds."""
        for loop in self._loops:
            loop.start()

    def stop(self, patience: float = 5.0) -> tuple[str, ...]:
        """No further run; wait for those under way, `patience` seconds in all. The names of those that stay behind."""
        self._stop.set()
        end = self._clock.monotonic() + patience
        for loop in self._loops:
            loop.close()
        for loop in self._loops:
            loop.join(max(0.0, end - self._clock.monotonic()))
        return tuple(loop.name for loop in self._loops if loop.is_alive())

    def snapshot(self) -> Snapshot:
        """What is known now. Never blocks."""
        found = {loop.collector.name: loop.ledger.look() for loop in self._loops}
        readings = {name: reading for name, (reading, _) in found.items()}
        runs = {name: run for name, (_, run) in found.items()}
        return Snapshot(time=self._clock.time(), runs=runs, **readings)  # type: ignore[arg-type]

    @property
    def heartbeats(self) -> Mapping[str, float]:
        """By collector: the newest time (monotonic seconds) at which its loop moved: began or ended a run, or started.

        A healthy loop moves at least every interval + deadline. A service watchdog may be fed as long as none is
        older than some multiple of that.
        """
        return {loop.collector.name: loop.heartbeat for loop in self._loops}


class _Loop(threading.Thread):
    """One collector's."""

    def __init__(self, collector: Collector, clock: Clock, stop: threading.Event) -> None:
        super().__init__(name=f"collector {collector.name}", daemon=True)
        self.collector = collector
        self.ledger = Ledger(collector.interval, collector.deadline, clock)
        self.heartbeat = clock.monotonic()
        self._clock = clock
        self._stopping = stop  # threading.Thread has a _stop of its own

    def run(self) -> None:
        """Until told to stop. A run that took longer than the interval is followed by the next one at once."""
        while not self._stopping.is_set():
            began = self._beat()
            self.ledger.begin()
            self.ledger.end(self._collect())
            pause = began + self.collector.interval - self._beat()
            self._stopping.wait(max(0.0, pause))

    def close(self) -> None:
        """Of what the collector holds."""
        if isinstance(self.collector, Closing):
            self.collector.close()

    def _beat(self) -> float:
        self.heartbeat = self._clock.monotonic()
        return self.heartbeat

    def _collect(self) -> Reading | str:
        try:
            return self.collector.collect()
        except CollectorError as error:
            return str(error) or "no reason given"
        except Exception as error:  # noqa: BLE001 - a mistake in one collector must not end it for good
            _LOG.exception("collector %s", self.collector.name)
            return f"{type(error).__name__}: {error}"
