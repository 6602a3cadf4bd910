"""haproxy's stats socket: the real one, and sick ones."""

import contextlib
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hagen.agent.collectors.collector import CollectorError
from hagen.agent.collectors.haproxy import HaproxyCollector, parse_servers
from hagen.agent.snapshot import HaproxyReading
from tests.agent.sick import assert_nothing_leaks
from tests.testbed.requirements import need

HEAD = "# pxname,svname,status,check_status,\n"
Behaviour = Callable[[socket.socket], None]


def table(*rows: str) -> str:
    return HEAD + "".join(f"{row},\n" for row in rows) + "\n"


@pytest.mark.parametrize(
    ("status", "up"),
    [("UP", True), ("UP 1/3", True), ("NOLB", True), ("DRAIN", True), ("DOWN", False), ("DOWN 1/2", False),
     ("DOWN (agent)", False), ("MAINT", False), ("MAINT (via a/b)", False), ("no check", None), ("", None),
     ("something new", None)],
)  # fmt: skip
def test_states(status: str, up: bool | None) -> None:
    assert parse_servers(table(f"api,master-1,{status},L7OK")) == {"api/master-1": up}


def test_frontends_and_backends_are_no_servers() -> None:
    assert parse_servers(table("api,FRONTEND,OPEN,", "api,one,UP,L4OK", "api,BACKEND,UP,")) == {"api/one": True}
    assert parse_servers(table()) == {}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Unknown command: 'show stat'\n",
        HEAD,
        HEAD + "api,one,UP,",
        HEAD + "api,one,UP,L4OK,\n",
        HEAD + "api\n\n",
        "# a,b,\n\n",
    ],
)
def test_half_a_table_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"table|columns"):
        parse_servers(text)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[Behaviour], str]]:
    """A stats socket that does what it is told with every connection."""
    closing = threading.Event()
    threads = []
    path = tmp_path / "admin.sock"

    def start(behaviour: Behaviour) -> str:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        listener.listen(64)
        listener.settimeout(0.05)

        def loop() -> None:
            with listener:
                while not closing.is_set():
                    try:
                        connection, _ = listener.accept()
                    except TimeoutError:
                        continue
                    with connection, contextlib.suppress(OSError):
                        connection.settimeout(5)
                        behaviour(connection)

        threads.append(threading.Thread(target=loop, name="stats socket"))
        threads[-1].start()
        return str(path)

    yield start
    closing.set()
    for thread in threads:
        thread.join()


def silent(connection: socket.socket) -> None:
    while connection.recv(4096):
        pass


def hangs_up(connection: socket.socket) -> None:
    connection.recv(4096)


def garbage(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(bytes(range(256)) * 40)


def drips(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"#")
        time.sleep(0.02)


def endless(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"x" * 65536)


@pytest.mark.parametrize("behaviour", [silent, drips, hangs_up])
def test_a_haproxy_that_is_asked_in_vain(serve: Callable[[Behaviour], str], behaviour: Behaviour) -> None:
    started = time.monotonic()
    assert HaproxyCollector(serve(behaviour), deadline=0.3).collect() == HaproxyReading(answers=False)
    assert time.monotonic() - started < 0.6


def one_vast_field(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(f"{HEAD}api,{'x' * 200_000},UP,L4OK,\n\n".encode())


@pytest.mark.parametrize("behaviour", [garbage, endless, one_vast_field])
def test_nonsense_is_unknown(serve: Callable[[Behaviour], str], behaviour: Behaviour) -> None:
    with pytest.raises(CollectorError, match=r"admin\.sock: "):
        HaproxyCollector(serve(behaviour), deadline=3).collect()


def test_nobody_is_there(tmp_path: Path) -> None:
    path = tmp_path / "admin.sock"
    assert not HaproxyCollector(str(path)).collect().answers
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
        assert not HaproxyCollector(str(path)).collect().answers, "a socket that nobody listens on any more"


def test_a_full_queue_is_not_waited_for(tmp_path: Path) -> None:
    path = str(tmp_path / "admin.sock")
    with socket.socket(socket.AF_UNIX) as listener, contextlib.ExitStack() as stack:
        listener.bind(path)
        listener.listen(0)
        filler = stack.enter_context(socket.socket(socket.AF_UNIX))
        filler.connect(path)
        assert HaproxyCollector(path, deadline=5).collect() == HaproxyReading(answers=False)


@pytest.mark.parametrize("behaviour", [hangs_up, garbage])
def test_nothing_leaks(serve: Callable[[Behaviour], str], behaviour: Behaviour, held: Callable[[], int]) -> None:
    made = HaproxyCollector(serve(behaviour))

    def once() -> None:
        with contextlib.suppress(CollectorError):
            made.collect()

    assert_nothing_leaks(once, held)


CONFIGURATION = """
global
    stats socket {socket} mode 600 level user
defaults
    mode tcp
    timeout connect 1s
    timeout client 1s
    timeout server 1s
backend api
    default-server inter 50ms fall 1 rise 1
    server good 127.0.0.1:{good} check
    server bad 127.0.0.1:{bad} check
    server blind 127.0.0.1:{bad}
    server away 127.0.0.1:{bad} check disabled
"""


@pytest.fixture
def haproxy(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    need("haproxy", "setpriv")
    path, file = tmp_path / "admin.sock", tmp_path / "haproxy.cfg"
    with socket.socket() as good, socket.socket() as bad:
        for one in (good, bad):
            one.bind(("127.0.0.1", 0))
        good.listen(64)
        file.write_text(CONFIGURATION.format(socket=path, good=good.getsockname()[1], bad=bad.getsockname()[1]))
        command = ["setpriv", "--pdeathsig", "KILL", "haproxy", "-db", "-n", "100", "-f", str(file)]
        environment = os.environ | {"PATH": os.environ["PATH"] + ":/usr/sbin"}
        with (tmp_path / "log").open("wb") as log:
            process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        yield process, str(path)
        process.kill()
        process.wait()


@pytest.mark.testbed
def test_a_real_haproxy(haproxy: tuple[subprocess.Popen[bytes], str]) -> None:
    process, path = haproxy
    made = HaproxyCollector(path)
    expected = {"api/good": True, "api/bad": False, "api/blind": None, "api/away": False}
    end = time.monotonic() + 10
    while (reading := made.collect()) != HaproxyReading(True, expected) and time.monotonic() < end:
        time.sleep(0.05)
    assert reading == HaproxyReading(answers=True, servers=expected)
    process.send_signal(signal.SIGSTOP)
    assert made.collect() == HaproxyReading(answers=False)
    process.send_signal(signal.SIGCONT)
    assert made.collect().answers
    process.kill()
    process.wait()
    assert made.collect() == HaproxyReading(answers=False)
