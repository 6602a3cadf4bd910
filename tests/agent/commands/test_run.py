"""`hagen agent run`, the process: it serves, reads anew, and ends when it is told to."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.agent.kubernetes.fixtures import Hall
from tests.agent.kubernetes.serving import silent
from tests.agent.manager import manager
from tests.agent.test_service import free_port, get, wait, write

AGENT = Path(sys.executable).parent / "hagen-agent"


@dataclass
class Process:
    """The agent, and where it writes to."""

    process: "subprocess.Popen[bytes]"
    port: int
    log: Path

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def says(self, text: str) -> None:
        wait(lambda: text in self.log.read_text(), f"{text!r} in the log")


@contextlib.contextmanager
def started(path: Path, port: int, *options: str, **environment: str) -> Iterator[Process]:
    log = path.parent / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [AGENT, "run", "-c", path, *options], stderr=output, stdout=output, env={**os.environ, **environment}
        )
    try:
        agent = Process(process, port, log)
        agent.says(f"serving on port {port}")
        yield agent
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_serves_tells_the_manager_and_ends(ending: int, tmp_path: Path) -> None:
    path, port = tmp_path / "agent.yaml", free_port()
    write(path, port)
    with (
        manager(str(tmp_path / "notify")) as said,
        started(path, port, NOTIFY_SOCKET=said.address, WATCHDOG_USEC="1000000") as agent,
    ):
        assert f"STATUS=serving on port {port}" in said.wait("READY=1")
        said.wait("WATCHDOG=1")
        wait(lambda: get(port, "/healthz")[0] == 200, "healthy")
        assert "hagen_verdict" in get(port)[1]
        agent.signal(ending)
        assert agent.process.wait(10) == 0
        said.wait("STOPPING=1")
        assert "Traceback" not in agent.log.read_text()


def test_targets_that_keep_silent_do_not_keep_it(tmp_path: Path, hall: Hall) -> None:
    path, port = tmp_path / "agent.yaml", free_port()
    quiet = hall.plain(silent)
    url = quiet.url.replace("https", "http")
    write(path, port, etcd={"quorum": 1, "members": [{"name": "m", "metricsURL": url}]})
    with started(path, port) as agent:
        wait(lambda: quiet.connections > 0, "asked")
        began = time.monotonic()
        agent.signal(signal.SIGTERM)
        assert agent.process.wait(10) == 0
        assert time.monotonic() - began < 4, "etcd's deadline of 4.5 s was not waited for"


def test_reads_anew(tmp_path: Path) -> None:
    path, port, other = tmp_path / "agent.yaml", free_port(), free_port()
    write(path, port)
    good = path.read_text()
    with started(path, port) as agent:
        path.write_text("listen: [\n")
        agent.signal(signal.SIGHUP)
        agent.says("what was in force before stays")
        assert get(port)[0] == 200
        path.write_text(good.replace(f"port: {port}", f"port: {other}"))
        agent.signal(signal.SIGHUP)
        agent.says("read anew")
        assert get(other)[0] == 200
        agent.signal(signal.SIGTERM)
        assert agent.process.wait(10) == 0


def refused(path: Path, *options: str) -> str:
    ended = subprocess.run(
        [AGENT, "run", "-c", path, *options], capture_output=True, text=True, timeout=30, check=False
    )
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert "defect" not in ended.stderr
    return ended.stderr


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("", 0)) as taken:
        port = taken.getsockname()[1]
        write(tmp_path / "agent.yaml", port)
        said = refused(tmp_path / "agent.yaml")
    assert f"cannot listen on every address, port {port}: Address already in use; choose another in agent.yaml" in said


def test_every_problem_of_the_web_configuration(tmp_path: Path) -> None:
    path, web = tmp_path / "agent.yaml", tmp_path / "web.yaml"
    write(path, free_port())
    web.write_text(
        "tls_server_config: {cert_file: none.crt, key_file: none.key}\nbasic_auth_users: {a: plain}\nnope: 1\n"
    )
    said = refused(path, "--web-config", str(web))
    assert said.count(f"{web}: ") >= 3, said
    for word in ("nope", "none.crt", "basic_auth_users"):
        assert word in said


def test_the_problems_of_both_files_at_once(tmp_path: Path) -> None:
    path, web = tmp_path / "agent.yaml", tmp_path / "web.yaml"
    path.write_text("nothing: here\n")
    web.write_text("nope: 1\n")
    said = refused(path, "--web-config", str(web))
    assert "there is no key 'nothing' here" in said
    assert f"{web}: nope: is no key of this file" in said


def test_every_problem_of_the_configuration(tmp_path: Path) -> None:
    path = tmp_path / "agent.yaml"
    write(path, 9790)
    path.write_text(path.read_text().replace("port: 9790", "port: 99999").replace("quorum: 2", "quorum: 9"))
    said = refused(path)
    assert "listen.port" in said
    assert "a quorum of 9" in said
    assert "there is no file" in refused(tmp_path / "none.yaml") or "No such file" in refused(tmp_path / "none.yaml")
