"""A command lives as long as somebody holds the other end of its leash."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

LEASH = (sys.executable, "-m", "hagen.bootstrap.drills.load.leash")


def leashed(command: Sequence[str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([*LEASH, *command], stdin=subprocess.PIPE)


@pytest.mark.parametrize(("script", "code"), [("exit 0", 0), ("exit 3", 3), ("kill -KILL $$", 137)])
def test_the_exit_code_is_the_commands(script: str, code: int) -> None:
    with leashed(["sh", "-c", script]) as process:
        assert process.wait(20) == code


def test_it_ends_with_all_its_children_when_the_holder_dies(tmp_path: Path) -> None:
    file = tmp_path / "child"
    script = f"sleep 600 & echo $! > {file}.new; mv {file}.new {file}; wait"
    holder = f"import subprocess, sys, time; p = subprocess.Popen({[*LEASH, 'sh', '-c', script]!r}, stdin=subprocess.PIPE); time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", holder]) as process:
        child = int(_written(file))
        process.send_signal(signal.SIGKILL)
    _gone(child)


def test_it_is_asked_to_end_before_it_is_made_to(tmp_path: Path) -> None:
    file = tmp_path / "said"
    script = f"trap 'echo goodbye > {file}; exit 1' TERM; echo > {file}.ready; while :; do sleep 0.1; done"
    process = leashed(["sh", "-c", script])
    _written(Path(f"{file}.ready"))
    process.communicate(timeout=30)
    assert (process.returncode, file.read_text()) == (1, "goodbye\n")


def _written(file: Path) -> str:
    end = time.monotonic() + 30
    while not file.exists():
        assert time.monotonic() < end
        time.sleep(0.02)
    return file.read_text()


def _gone(pid: int) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("it is there still")
