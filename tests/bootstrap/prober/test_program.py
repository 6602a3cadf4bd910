"""The prober as a process."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from hagen.bootstrap.prober.database import read_present
from hagen.bootstrap.prober.records import Outcome, read
from hagen.bootstrap.prober.writes import acknowledged
from tests.bootstrap.prober import servers
from tests.bootstrap.prober.mariadb import PASSWORD, mariadb
from tests.bootstrap.prober.servers import answer, answering, serving

_PATIENCE = 60


@contextmanager
def started(plan: object, directory: Path, *options: str, ready: bool = True) -> Iterator[subprocess.Popen[str]]:
    (directory / "plan").write_text(json.dumps(plan))
    files = [str(directory / "plan"), str(directory / "result")]
    command = [sys.executable, "-m", "hagen.bootstrap.prober", *files, *options]
    pipe = subprocess.PIPE
    environment = os.environ | {"CANARY_PASSWORD": PASSWORD}
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environment) as process:
        try:
            if ready:
                assert process.stdout is not None
                assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    _, errors = process.communicate(timeout=_PATIENCE)
    return process.returncode, errors


def plan_for(*addresses: str, **fields: object) -> dict[str, object]:
    probes = [
        {"name": f"web-{number}", "kind": "new-connection", "url": f"http://{address}/", "timeout": 5.0} | fields
        for number, address in enumerate(addresses)
    ]
    return {"probes": probes}


def wait_for(server: servers.Server, connections: int = 5) -> None:
    end = time.monotonic() + _PATIENCE
    while server.connections < connections:
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_a_full_result(number: signal.Signals, tmp_path: Path) -> None:
    with serving(answering(answer())) as server, servers.refusing() as nowhere:
        before = time.monotonic(), time.time()
        with started(plan_for(server.address, nowhere), tmp_path) as process:
            wait_for(server)
            process.send_signal(number)
            assert ended(process) == (0, "")
        found = read(tmp_path / "result")
        assert len(found.attempts["web-0"]) == server.connections
    assert {a.outcome for a in found.attempts["web-0"]} == {Outcome.OK}
    assert {a.outcome for a in found.attempts["web-1"]} == {Outcome.REFUSED}
    assert before[0] <= found.monotonic <= found.attempts["web-0"][0].start <= time.monotonic()
    assert before[1] - 1 <= found.wall <= time.time() + 1


def test_attempts_under_way_are_waited_for(tmp_path: Path) -> None:
    with serving(servers.slow(0.5)) as server, started(plan_for(server.address, interval=0.1), tmp_path) as process:
        wait_for(server, 2)
        process.terminate()
        assert ended(process) == (0, "")
        found = read(tmp_path / "result").attempts["web-0"]
        assert len(found) == server.connections
    assert {a.outcome for a in found} == {Outcome.OK}


def test_a_second_signal_does_not_wait_and_keeps_what_there_is(tmp_path: Path) -> None:
    def handle(connection: socket.socket, number: int) -> None:
        (answering(answer()) if number <= 3 else servers.silent)(connection, number)

    plan = plan_for("", interval=0.05, timeout=3600.0)
    with serving(handle) as server:
        plan["probes"][0]["url"] = f"http://{server.address}/"  # type: ignore[index]
        with started(plan, tmp_path) as process:
            wait_for(server)
            began = time.monotonic()
            while process.poll() is None:  # also while it writes: nothing may interrupt that
                assert time.monotonic() < began + _PATIENCE
                process.terminate()
                time.sleep(0.01)
            assert ended(process) == (0, "")
    assert [a.outcome for a in read(tmp_path / "result").attempts["web-0"]] == [Outcome.OK] * 3


def test_the_end_of_its_time_ends_it(tmp_path: Path) -> None:
    with serving(answering(answer())) as server:
        plan = plan_for(server.address) | {"duration": 0.5}
        with started(plan, tmp_path) as process:
            assert ended(process) == (0, "")
    assert read(tmp_path / "result").attempts["web-0"]


def test_the_end_of_standard_input_ends_it_if_asked_to(tmp_path: Path) -> None:
    with serving(answering(answer())) as server, started(plan_for(server.address), tmp_path, "--stdin") as process:
        wait_for(server)
        assert process.poll() is None
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
        assert ended(process) == (0, "")
    assert read(tmp_path / "result").attempts["web-0"]


def test_kill_leaves_no_half_result(tmp_path: Path) -> None:
    with serving(answering(answer())) as server, started(plan_for(server.address), tmp_path) as process:
        wait_for(server)
        process.kill()
        assert ended(process)[0] == -signal.SIGKILL
    assert [path.name for path in tmp_path.iterdir()] == ["plan"]


def test_kill_leaves_every_acknowledged_write_in_the_log(tmp_path: Path) -> None:
    with mariadb() as database:
        canary = {
            "name": "it", "kind": "canary", "host": "127.0.0.1", "port": database.port, "user": "canary",
            "database": "canary", "run": "r", "ackLog": str(tmp_path / "log"), "passwordEnv": "CANARY_PASSWORD",
            "interval": 0.001, "timeout": 5.0,
        }  # fmt: skip
        with started({"probes": [canary]}, tmp_path) as process:
            end = time.monotonic() + _PATIENCE
            while len(acknowledged(tmp_path / "log")) < 50:
                assert time.monotonic() < end
                time.sleep(0.01)
            process.kill()
            assert ended(process)[0] == -signal.SIGKILL
        confirmed = acknowledged(tmp_path / "log")
        server = database.server()
        present = read_present(server, "r")
    assert confirmed <= present
    assert len(present - confirmed) <= 1  # the one that was on its way
    assert not (tmp_path / "result").exists()


BAD: Sequence[tuple[object, Sequence[str]]] = [
    ({"probes": []}, ["probes: "]),
    (
        {"probes": [{"name": "a", "kind": "pooled", "url": "x", "more": 1}], "x": 1},
        ["probes.0.url", "probes.0.more", "x: "],
    ),
    ([], ["the plan: "]),
]


@pytest.mark.parametrize(("plan", "parts"), BAD)
def test_a_bad_plan_is_refused_with_every_problem(plan: object, parts: Sequence[str], tmp_path: Path) -> None:
    with started(plan, tmp_path, ready=False) as process:
        code, errors = ended(process)
    assert code == 2
    assert all(part in errors for part in parts)
    assert "Traceback" not in errors
    assert not (tmp_path / "result").exists()


def test_what_the_machine_lacks_is_named_at_once(tmp_path: Path) -> None:
    plan = {
        "probes": [
            {"name": "a", "kind": "pooled", "url": "https://h/", "caFile": str(tmp_path / "nowhere.crt")},
            {"name": "b", "kind": "pooled", "url": "https://h/", "caFile": str(tmp_path / "plan")},
            {"name": "c", "kind": "canary", "host": "h", "user": "u", "database": "d", "run": "r",
             "ackLog": str(tmp_path / "log"), "passwordEnv": "NOBODY_SETS_THIS"},
            {"name": "d", "kind": "canary", "host": "h", "user": "u", "database": "d", "run": "s",
             "ackLog": str(tmp_path / "no" / "log")},
        ]
    }  # fmt: skip
    with started(plan, tmp_path, ready=False) as process:
        code, errors = ended(process)
    assert code == 2
    assert [line.split(": ")[1] for line in errors.splitlines()] == ["a", "b", "c", "d"]
    assert "NOBODY_SETS_THIS" in errors


@pytest.mark.parametrize("arguments", [[], ["plan"], ["nowhere/plan", "result"], ["plan", "nowhere/result"]])
def test_bad_arguments(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "plan").write_text(json.dumps(plan_for("127.0.0.1:1")))
    command = [sys.executable, "-m", "hagen.bootstrap.prober", *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=_PATIENCE)
    assert done.returncode == 2
    assert done.stderr
    assert "Traceback" not in done.stderr
