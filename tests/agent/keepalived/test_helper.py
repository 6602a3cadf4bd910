"""The helper as a process: root without any capability, and what the unprivileged agent gets from it."""

import contextlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hagen.agent.collectors.vip import ask as asking
from hagen.agent.config import Keepalived
from hagen.agent.keepalived import dump
from hagen.agent.keepalived.answer import Answer, decoded
from hagen.agent.keepalived.dump import Process
from hagen.agent.keepalived.helper import main
from hagen.agent.kubernetes.deadline import Deadline
from tests.agent.collectors.vip.pair import Balancer, pair
from tests.testbed.requirements import need, need_root


@pytest.fixture
def balancer(tmp_path: Path) -> Iterator[Balancer]:
    need_root()
    need("keepalived", "ip", "nsenter", "setpriv")
    with pair(tmp_path) as (first, _):
        yield first


@pytest.fixture
def helper(balancer: Balancer) -> str:
    """Serving; started as its unit starts it: without a single capability."""
    path = balancer.directory / "helper.sock"
    program = [
        sys.executable,
        "-m",
        "hagen.agent.keepalived.helper",
        str(path),
        str(balancer.directory / "keepalived.json"),
    ]
    command = balancer.command("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs", *program)
    balancer.processes.append(subprocess.Popen(command, start_new_session=True))
    until(lambda: path.exists() and connects(path))
    return str(path)


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def connects(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as tried:
        return tried.connect_ex(str(path)) == 0


def asked(path: str) -> Answer:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(path)
        with connection.makefile("rb") as file:
            return decoded(file.read())


@pytest.mark.testbed
def test_it_gets_a_new_dump_each_time(balancer: Balancer, helper: str) -> None:
    assert stat.S_IMODE(Path(helper).stat().st_mode) == 0o600
    assert asked(helper) == Answer(alive=False, problem="no keepalived runs here")
    balancer.keepalived()
    until(lambda: asked(helper).alive is True)
    sent = []
    for _ in range(5):
        sent.append(json.loads(asked(helper).dump)[0]["stats"]["advert_sent"])
        time.sleep(0.25)  # two adverts
    if sent[0] == 0:
        until(lambda: json.loads(asked(helper).dump)[0]["stats"]["advert_sent"] > 0)
    os.kill(balancer.pid("vrrp"), signal.SIGSTOP)
    frozen = asked(helper)
    assert (frozen.alive, frozen.dump) == (None, b"")
    assert "no new" in frozen.problem
    os.kill(balancer.pid("vrrp"), signal.SIGCONT)
    assert sent == sorted(sent)


@pytest.mark.testbed
def test_without_root_the_agent_sees_only_whether_a_process_is_there(balancer: Balancer) -> None:
    balancer.keepalived()
    until((balancer.directory / "vrrp.pid").exists)
    script = (
        "import sys;"
        "from hagen.agent.collectors.vip.ask import ask; from hagen.agent.config import Keepalived;"
        "from hagen.agent.kubernetes.deadline import Deadline;"
        "answer = ask(Keepalived(socket=sys.argv[1], dumpFile='/nowhere'), Deadline.after(5));"
        "print(answer.alive)"
    )
    nobody = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all")
    command = balancer.command(*nobody, sys.executable, "-c", script, "/nowhere")
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "None\n"
    for name in ("parent", "vrrp"):
        os.kill(balancer.pid(name), signal.SIGKILL)
    balancer.processes[-1].wait()
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "False\n"


def test_a_process_that_would_die_of_the_signal_is_not_sent_it() -> None:
    assert Process(1, 0, expected=1 << 35).expects(36)
    assert not Process(1, 0, expected=~(1 << 35) & (2**64 - 1)).expects(36)


@pytest.mark.parametrize("arguments", [[], ["one"], ["one", "two", "three"]])
def test_wrong_arguments(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert "usage" in capsys.readouterr().err


def test_a_socket_that_cannot_be_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "nowhere" / "socket"), "/nowhere"]) == 1
    assert "No such file" in capsys.readouterr().err


@pytest.mark.parametrize("behaviour", ["silent", "garbage", "endless", "full"])
def test_a_sick_helper_leaves_keepalived_unknown(tmp_path: Path, behaviour: str) -> None:
    """Also where a process is there: nothing was learnt of it."""
    path = str(tmp_path / "socket")
    with socket.socket(socket.AF_UNIX) as listener, contextlib.ExitStack() as stack:
        listener.bind(path)
        listener.listen(0 if behaviour == "full" else 8)
        sent = {"garbage": b"garbage", "endless": b"x" * 65536}.get(behaviour)
        if behaviour == "full":
            stack.enter_context(socket.socket(socket.AF_UNIX)).connect(path)
        stack.enter_context(served(listener, sent, endless=behaviour == "endless"))
        answer = asking.ask(Keepalived(socket=path, dumpFile="/nowhere"), Deadline.after(0.3))
    assert answer.alive in {None, False}
    assert (answer.alive is False) == (not dump.processes())
    assert path in answer.problem


@contextlib.contextmanager
def served(listener: socket.socket, data: bytes | None, *, endless: bool) -> Iterator[None]:
    if data is None:
        yield
        return
    pid = os.fork()
    if pid == 0:
        try:
            connection, _ = listener.accept()
            connection.sendall(data)
            while endless:
                connection.sendall(data)
        finally:
            os._exit(0)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
