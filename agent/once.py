"""One look with every collector: all at the same time, each within its own deadline."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from .collectors.collector import Closing, Collector, CollectorError
from .snapshot import Reading, Run, Snapshot

_GRACE = 0.25  # a collector ends by itself at its deadline; this is for what it still has to put together


@dataclass
class _Look:
    """A run in a thread of its own, which nobody waits for longer than its deadline."""

    collector: Collector
    started: float
    result: tuple[Reading | None, Run] | None = None

    def run(self) -> None:
        """Ends with a result, whatever the collector does."""
        reading, problem = None, ""
        try:
            reading = self.collector.collect()
        except CollectorError as error:
            problem = str(error)
        except Exception as error:  # noqa: BLE001 - a defect of one collector is not the end of the others
            problem = f"defect: {type(error).__name__}: {error}"
        duration = time.monotonic() - self.started
        succeeded = reading is not None
        self.result = reading, Run(success=succeeded, duration=duration, timeouts=0, problem=problem)

    def outcome(self) -> tuple[Reading | None, Run]:
        """Of what is there now."""
        late = Run(success=False, duration=time.monotonic() - self.started, timeouts=1, stuck=True)
        return self.result or (None, late)


def look(collectors: Sequence[Collector]) -> Snapshot:
    """What they saw. A collector that failed or did not end in time has no reading; its run says why."""
    looks = [_Look(collector, time.monotonic()) for collector in collectors]
    threads = [threading.Thread(target=one.run, name=one.collector.name, daemon=True) for one in looks]
    for thread in threads:
        thread.start()
    for one, thread in zip(looks, threads, strict=True):
        thread.join(max(0.0, one.started + one.collector.deadline + _GRACE - time.monotonic()))
    for collector in collectors:
        if isinstance(collector, Closing):
            collector.close()
    outcomes = {one.collector.name: one.outcome() for one in looks}
    readings = {name: reading for name, (reading, _) in outcomes.items() if reading is not None}
    return Snapshot(time=time.time(), runs={name: run for name, (_, run) in outcomes.items()}, **readings)  # type: ignore[arg-type]
