"""The table of all collectors, and all of them together when nothing answers."""

import dataclasses
import threading
import time
from pathlib import Path

import pytest

from hagen.agent.collectors import build_collectors
from hagen.agent.config import load_config
from hagen.agent.kubernetes.credentials import TokenFiles
from hagen.agent.runner import Runner
from hagen.agent.snapshot import Snapshot
from tests.agent.configured import config
from tests.agent.kubernetes.fixtures import Hall
from tests.support import VALID, planned, rendered, write

NAMES = {field.name for field in dataclasses.fields(Snapshot)} - {"time", "runs"}


def test_each_fills_a_field_of_the_snapshot_of_its_own(hall: Hall) -> None:
    collectors = build_collectors(config(), TokenFiles(hall.token, hall.authority.path))
    assert sorted(collector.name for collector in collectors) == sorted(NAMES)
    for collector in collectors:
        assert 0 < collector.deadline <= 10
        assert collector.deadline <= collector.interval


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_every_rendered_agent_yaml_makes_collectors(path: Path, tmp_path: Path) -> None:
    name = planned(path.read_bytes()).name
    directory = write(rendered(path), tmp_path)
    loaded = load_config(directory / "clusters" / name / "agent.yaml")
    assert build_collectors(loaded, TokenFiles(tmp_path / "token", tmp_path / "ca"))


def test_when_nothing_answers_every_collector_says_so_and_stops(hall: Hall) -> None:
    before = threading.active_count()
    runner = Runner(build_collectors(config(), TokenFiles(hall.token, hall.authority.path)))
    runner.start()
    end = time.monotonic() + 30
    while any(run.success is None for run in runner.snapshot().runs.values()) and time.monotonic() < end:
        time.sleep(0.02)
    snapshot = runner.snapshot()
    assert {name for name, run in snapshot.runs.items() if run.success} == {"vip", "haproxy", "etcd", "hpa"}
    assert (snapshot.apiserver, snapshot.galera) == (None, None)
    assert snapshot.vip is not None
    assert snapshot.vip.assigned is False
    assert {peer.answered for peer in snapshot.vip.peers} == {False}
    assert snapshot.haproxy is not None
    assert snapshot.haproxy.answers is False
    assert snapshot.etcd is not None
    assert snapshot.etcd.members["master-1"].alive is False
    assert runner.stop() == ()
    while threading.active_count() > before and time.monotonic() < end:
        time.sleep(0.02)
    assert threading.active_count() == before, "the probes end a moment later"
