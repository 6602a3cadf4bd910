"""The service around its collectors: watchdog, reloads, and nothing left of either."""

import http.client
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from hagen.agent.clock import SystemClock
from hagen.agent.collectors.collector import Collector
from hagen.agent.config import AgentConfig, load_config
from hagen.agent.exporter.server import ServeError
from hagen.agent.notify import Notifier
from hagen.agent.service import Service
from hagen.agent.snapshot import EtcdMember, EtcdReading, Reading
from tests.agent.configured import document
from tests.agent.kubernetes.fixtures import resources
from tests.agent.manager import Manager, manager
from tests.agent.test_once import Fake


class Leap(SystemClock):
    """A clock that may be ahead."""

    ahead = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def write(path: Path, port: int, **sections: object) -> None:
    path.write_text(yaml.safe_dump(document(listen={"port": port}, **sections)))


def get(port: int, path: str = "/metrics") -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


@dataclass
class Running:
    """A service in a thread, with what it was made of."""

    service: Service
    path: Path
    clock: Leap
    said: Manager
    made: list[AgentConfig] = field(default_factory=list)
    left: list[tuple[str, ...]] = field(default_factory=list)


@contextmanager
def running(directory: Path, act: Callable[[], Reading], **sections: object) -> Iterator[Running]:
    path = directory / "agent.yaml"
    write(path, free_port(), **sections)
    made: list[AgentConfig] = []
    left: list[tuple[str, ...]] = []

    def collectors(loaded: AgentConfig) -> Sequence[Collector]:
        made.append(loaded)
        return [Fake("etcd", act, interval=0.05)]

    clock = Leap()
    with manager(str(directory / "notify")) as said:
        notifier = Notifier({"NOTIFY_SOCKET": said.address, "WATCHDOG_USEC": "250000"})
        service = Service(path, load_config(path), collectors, notifier=notifier, clock=clock)
        thread = threading.Thread(target=lambda: left.append(service.run()))
        thread.start()
        try:
            said.wait("READY=1")
            yield Running(service, path, clock, said, made, left)
        finally:
            service.ask_to_stop()
            thread.join(10)
            assert not thread.is_alive()


def well() -> EtcdReading:
    return EtcdReading({"master-1": EtcdMember(alive=True, linearizable=True, has_leader=True, alarms=())})


def test_ready_alive_and_gone(tmp_path: Path) -> None:
    with running(tmp_path, well) as agent:
        agent.said.wait("WATCHDOG=1")
        assert get(agent.service.port, "/healthz") == (200, "ok\n")
        assert 'hagen_etcd_member_live{member="master-1"} 1' in get(agent.service.port)[1]
        agent.service.ask_to_stop()
        agent.said.wait("STOPPING=1")
    assert agent.left == [()]


def test_no_sign_of_life_while_a_loop_stands_still(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    hang, go = threading.Event(), threading.Event()

    def act() -> EtcdReading:
        if hang.is_set():
            go.wait(30)
        return well()

    with running(tmp_path, act) as agent:
        agent.said.wait("WATCHDOG=1")
        hang.set()
        agent.said.heard(0.3)  # the loop is in its run now
        agent.clock.ahead = 1000.0
        assert get(agent.service.port, "/healthz")[0] == 503
        agent.said.heard(0.3)
        agent.said.drop()
        assert agent.said.heard(1.0) == []
        assert "The loop of collector etcd has not come round" in caplog.text
        hang.clear()
        go.set()
        agent.said.wait("WATCHDOG=1")
    assert len([one for one in caplog.records if "not come round" in one.message]) == 1


def test_a_run_that_does_not_end_is_named_and_not_waited_for(tmp_path: Path) -> None:
    began, go = threading.Event(), threading.Event()

    def act() -> EtcdReading:
        began.set()
        go.wait(30)
        return well()

    with running(tmp_path, act) as agent:
        began.wait(10)
    go.set()
    assert agent.left == [("collector etcd",)]


def test_a_bad_file_changes_nothing_and_the_log_says_why(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with running(tmp_path, well) as agent:
        port = agent.service.port
        agent.path.write_text(agent.path.read_text().replace("quorum: 2", "quorum: 9").replace("port:", "prt:"))
        agent.service.ask_to_reload()
        wait(lambda: caplog.text.count("what was in force before stays") == 3, "prt, port and quorum")
        for problem in ("there is no key 'prt' here", "listen.port", "a quorum of 9 is more than there are: 3"):
            assert problem in caplog.text
        assert get(port)[0] == 200
        assert len(agent.made) == 1


def test_another_port(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with running(tmp_path, well, cluster="before") as agent:
        old, new = agent.service.port, free_port()
        with socket.create_server(("", new)):
            write(agent.path, new, cluster="after")
            agent.service.ask_to_reload()
            wait(lambda: "cannot listen on" in caplog.text, "the port is taken")
            assert agent.service.view().config.cluster == "before"
            assert get(old)[0] == 200
        agent.service.ask_to_reload()
        wait(lambda: agent.service.port == new, "the new port")
        wait(lambda: agent.service.view().config.cluster == "after", "the new file")
        assert get(new)[0] == 200
        with pytest.raises(ConnectionRefusedError):
            wait(lambda: bool(get(old)) and False, "the old port is closed")


def test_a_taken_port_starts_nothing(tmp_path: Path) -> None:
    with socket.create_server(("", 0)) as taken:
        path = tmp_path / "agent.yaml"
        write(path, taken.getsockname()[1])
        before = threading.active_count()
        with pytest.raises(ServeError, match="choose another"):
            Service(path, load_config(path), lambda _: [Fake("etcd", well)])
        assert threading.active_count() == before


def test_many_reloads_leave_nothing_behind(tmp_path: Path, held: Callable[[], int]) -> None:
    with running(tmp_path, well) as agent:

        def reload() -> None:
            count = len(agent.made)
            write(agent.path, free_port())
            agent.service.ask_to_reload()
            wait(lambda: len(agent.made) > count, "read anew")
            agent.said.drop()

        def settled() -> None:
            wait(lambda: threading.active_count() <= threads, "the threads of what was replaced end")

        reload()
        wait(lambda: sum(one.name.startswith("collector ") for one in threading.enumerate()) == 1, "one loop")
        get(agent.service.port)
        threads = threading.active_count()
        before = resources(held)
        for _ in range(50):
            reload()
        settled()
        after = resources(held)
        assert after.sockets <= before.sockets
        assert after.resident - before.resident < 8 * 2**20


def wait(holds: Callable[[], bool], what: str, patience: float = 10.0) -> None:
    end = threading.Event()
    for _ in range(int(patience / 0.02)):
        if holds():
            return
        end.wait(0.02)
    raise AssertionError(f"{what}: not within {patience} s")
