"""`hagen status --watch`: an agent that goes away and comes back is seen, and Ctrl-C is an end and no error."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from tests.bootstrap.commands.conftest import agent

FIRST, SECOND = "127.196.35.11", "127.196.35.12"
PATIENCE = 40.0  # seconds; two cores may do other things too
INTERRUPTED = 130


def command(repository: Path) -> list[str]:
    return [
        *(sys.executable, "-m", "hagen.generator", "status", "-r", str(repository)),
        *("--lxd", "/nowhere/lxd.socket", "--watch", "--interval", "0.5"),
    ]


@contextmanager
def ended(process: "subprocess.Popen[str]") -> Iterator[None]:
    try:
        yield
    finally:
        process.kill()
        process.wait()


def looks(stream: IO[str]) -> Iterator[dict[str, list[str]]]:
    """Subject to its rows, of one look after the other."""
    found: dict[str, list[str]] = {}
    for line in stream:
        if line == "\n":
            yield found
            found = {}
        else:
            found.setdefault(line.split("\t")[1], []).append(line)


def until(seen: Iterator[dict[str, list[str]]], *words: str) -> None:
    """A look whose agents' rows say these words, one each."""
    end = time.monotonic() + PATIENCE
    for look in seen:
        rows = look["Health agents"]
        if len(rows) == len(words) and all(word in row for word, row in zip(words, rows, strict=True)):
            return
        assert time.monotonic() < end, look
    pytest.fail("it ended")


def test_in_a_pipe_each_look_is_written_when_it_is_made(nearby: Path) -> None:
    pipe = subprocess.PIPE
    with (
        subprocess.Popen(command(nearby), stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True) as process,
        ended(process),
    ):
        assert process.stdout is not None
        assert process.stderr is not None
        seen = looks(process.stdout)
        until(seen, "critical\tHealth agents\tthe one on k8s-lb-1", "k8s-lb-2 does not answer")
        with agent(SECOND, holds=True):
            with agent(FIRST):
                until(seen, "ok\tHealth agents\tall 2 answer")
            until(seen, "degraded\tHealth agents\tthe one on k8s-lb-1 does not answer")
            with agent(FIRST):
                until(seen, "ok\tHealth agents\tall 2 answer")
                process.send_signal(signal.SIGINT)
                process.stdout.read()
                assert process.wait(PATIENCE) == INTERRUPTED
        assert process.stderr.read() == ""


def test_on_a_terminal_the_screen_is_given_back(nearby: Path) -> None:
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "200", "LINES": "50"}
    with (
        subprocess.Popen(
            command(nearby), stdin=theirs, stdout=theirs, stderr=theirs, text=True, env=environment
        ) as process,
        ended(process),
    ):
        os.close(theirs)
        told = read(ours, "k8s-lb-2 does not answer")
        with agent(FIRST, holds=True), agent(SECOND):
            told += read(ours, "all 2 answer")
            process.send_signal(signal.SIGINT)
            told += read(ours, "\x1b[?1049l")
            assert process.wait(PATIENCE) == INTERRUPTED
    os.close(ours)
    assert told.count("\x1b[?1049h") == told.count("\x1b[?1049l") == 1
    assert told.rindex("\x1b[?25h") > told.rindex("\x1b[?25l"), "the cursor is there again"
    assert re.search("Traceback|Error", told) is None


def read(terminal: int, word: str) -> str:
    """What is written until a word comes."""
    end, found = time.monotonic() + PATIENCE, ""
    while word not in found:
        assert time.monotonic() < end, found
        if select.select([terminal], [], [], 1.0)[0]:
            found += os.read(terminal, 1 << 16).decode(errors="replace")
    return found
