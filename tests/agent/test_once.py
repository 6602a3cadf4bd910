"""One look: side by side, each within its deadline, whatever a collector does."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from hagen.agent.collectors.collector import CollectorError
from hagen.agent.once import look
from hagen.agent.snapshot import EtcdReading, GaleraReading, Reading


@dataclass
class Fake:
    """A collector that does as it is told."""

    name: str
    act: Callable[[], Reading]
    deadline: float = 5.0
    interval: float = 1.0
    closed: list[str] = field(default_factory=list)

    def collect(self) -> Reading:
        return self.act()

    def close(self) -> None:
        self.closed.append(self.name)


@pytest.fixture
def never() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def failing(error: Exception) -> Callable[[], Reading]:
    def act() -> Reading:
        raise error

    return act


def test_what_was_seen_and_what_was_not(never: threading.Event) -> None:
    def hang() -> Reading:
        never.wait(60)
        return GaleraReading()

    etcd = EtcdReading()
    collectors = [
        Fake("etcd", lambda: etcd),
        Fake("hpa", failing(CollectorError("apps: 403"))),
        Fake("haproxy", failing(ZeroDivisionError("by zero"))),
        Fake("galera", hang, deadline=0.1),
    ]
    started = time.monotonic()
    snapshot = look(collectors)
    assert time.monotonic() - started < 4
    assert snapshot.etcd is etcd
    assert (snapshot.hpa, snapshot.haproxy, snapshot.galera, snapshot.vip) == (None, None, None, None)
    assert {name: (run.success, run.stuck, run.problem) for name, run in snapshot.runs.items()} == {
        "etcd": (True, False, ""),
        "hpa": (False, False, "apps: 403"),
        "haproxy": (False, False, "defect: ZeroDivisionError: by zero"),
        "galera": (False, True, ""),
    }
    assert [fake.closed for fake in collectors] == [["etcd"], ["hpa"], ["haproxy"], ["galera"]]


def test_they_look_at_the_same_time() -> None:
    barrier = threading.Barrier(3, timeout=5)

    def meet() -> Reading:
        barrier.wait()
        return EtcdReading()

    snapshot = look([Fake(name, meet) for name in ("etcd", "galera", "hpa")])
    assert all(run.success for run in snapshot.runs.values())


def test_without_collectors_nothing_is_known() -> None:
    assert look([]).runs == {}
