"""Threads that run collectors: one at a time of each, never in each other's way, gone when told."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from hagen.agent.collectors.collector import CollectorError
from hagen.agent.runner import Runner
from hagen.agent.snapshot import EtcdReading, HaproxyReading, Reading


@dataclass
class Fake:
    """A collector that does what it is told. `at_once`: the most runs that were ever under way together."""

    name: str
    act: Callable[[], Reading]
    interval: float = 0.01
    deadline: float = 5.0
    runs: int = 0
    under_way: int = 0
    at_once: int = 0
    closed: int = 0
    again: threading.Event = field(default_factory=threading.Event)

    def collect(self) -> Reading:
        self.runs += 1
        self.under_way += 1
        self.at_once = max(self.at_once, self.under_way)
        try:
            return self.act()
        finally:
            self.under_way -= 1
            if self.runs >= 3:
                self.again.set()

    def close(self) -> None:
        self.closed += 1


@dataclass
class Bare:
    """A collector that holds nothing."""

    name: str = "etcd"
    interval: float = 60.0
    deadline: float = 1.0

    def collect(self) -> Reading:
        return EtcdReading()


@pytest.fixture
def started() -> Iterator[Callable[..., Runner]]:
    runners: list[Runner] = []

    def start(*collectors: Fake | Bare) -> Runner:
        runner = Runner(collectors)
        runners.append(runner)
        runner.start()
        return runner

    yield start
    for runner in runners:
        assert runner.stop() == ()


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def good() -> Reading:
    return HaproxyReading(answers=True)


def test_readings_by_the_field_of_their_collector(started: Callable[..., Runner]) -> None:
    haproxy = Fake("haproxy", good)
    runner = started(haproxy, Bare())
    assert haproxy.again.wait(10)
    snapshot = runner.snapshot()
    assert (snapshot.haproxy, snapshot.etcd, snapshot.vip) == (good(), EtcdReading(), None)
    assert snapshot.runs["haproxy"].success
    assert snapshot.runs.keys() == {"haproxy", "etcd"}
    assert abs(snapshot.time - time.time()) < 60


def test_before_it_is_started_nothing_runs() -> None:
    runner = Runner([Fake("haproxy", good)])
    assert runner.snapshot().haproxy is None
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("collector")]


def test_a_stuck_collector_is_alone_with_that(started: Callable[..., Runner]) -> None:
    release = threading.Event()

    def hang() -> Reading:
        release.wait(30)
        return EtcdReading()

    stuck, other = Fake("etcd", hang, deadline=0.05), Fake("haproxy", good)
    runner = started(stuck, other)
    until(lambda: runner.snapshot().runs["etcd"].stuck)
    beat = runner.heartbeats
    other.again.clear()
    assert other.again.wait(10)
    snapshot = runner.snapshot()
    assert (snapshot.haproxy, snapshot.etcd) == (good(), None)
    assert (snapshot.runs["etcd"].timeouts, stuck.runs, stuck.at_once) == (1, 1, 1)
    assert runner.heartbeats["etcd"] == beat["etcd"]
    assert runner.heartbeats["haproxy"] > beat["haproxy"]
    stuck.act = EtcdReading
    release.set()
    until(lambda: runner.snapshot().runs["etcd"].success is True)
    assert not runner.snapshot().runs["etcd"].stuck
    assert stuck.at_once == 1


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (CollectorError("10.0.0.1: refused"), "10.0.0.1: refused"),
        (CollectorError(), "no reason given"),
        (ZeroDivisionError("oops"), "ZeroDivisionError: oops"),
    ],
)
def test_a_run_that_fails_is_not_the_last(
    started: Callable[..., Runner], error: Exception, problem: str, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> Reading:
        raise error

    collector = Fake("haproxy", fail)
    runner = started(collector)
    assert collector.again.wait(10)
    run = runner.snapshot().runs["haproxy"]
    assert (run.success, run.problem, run.timeouts) == (False, problem, 0)
    assert bool(caplog.records) is not isinstance(error, CollectorError), "a mistake is logged, a sick target is not"


def test_a_stop_ends_the_threads_and_closes_the_collectors() -> None:
    collectors = [Fake("haproxy", good, interval=3600), Bare()]
    runner = Runner(collectors)
    runner.start()
    until(lambda: runner.snapshot().haproxy is not None)
    assert runner.stop() == ()
    assert collectors[0].closed == 1  # type: ignore[union-attr]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("collector")]


def test_a_stop_does_not_wait_for_ever_and_says_for_whom() -> None:
    release = threading.Event()
    began = threading.Event()

    def hang() -> Reading:
        began.set()
        release.wait(30)
        return good()

    runner = Runner([Fake("haproxy", hang)])
    runner.start()
    assert began.wait(10)
    assert runner.stop(patience=0.05) == ("collector haproxy",)
    release.set()
    assert runner.stop() == ()
