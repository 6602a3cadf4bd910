"""Ctrl-C, in a process of its own: the first time it ends in order, the second at once."""

import os
import pty
import select
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from hagen.bootstrap.stopping import asking, stoppable

_PROGRAM = """
import threading, time
from hagen.bootstrap.stopping import stoppable
stop = threading.Event()
with stoppable(stop, lambda text: print(text, flush=True)):
    print("ready", flush=True)
    while not stop.wait(0.05): pass
    print("stopping", flush=True)
    if {patient}: time.sleep(30)
print("done", flush=True)
"""


def _begun(*, patient: bool) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM.format(patient=patient)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    os.kill(process.pid, signal.SIGINT)
    assert "once more ends it at once" in process.stdout.readline()
    assert process.stdout.readline() == "stopping\n"
    return process


def _rest(process: subprocess.Popen[str]) -> tuple[str, int]:
    assert process.stdout is not None
    with process.stdout:
        return process.stdout.read(), process.wait(timeout=20)


def test_once() -> None:
    process = _begun(patient=False)
    assert _rest(process) == ("done\n", 0)


def test_twice() -> None:
    process = _begun(patient=True)
    os.kill(process.pid, signal.SIGINT)
    assert _rest(process) == ("Left as it is. The next run goes on from there.\n", 130)


_QUESTION = """
import threading
import time
from pathlib import Path
import click
from hagen.bootstrap.commands.opening import asked
from hagen.bootstrap.stopping import asking, stoppable
stop = threading.Event()
with stoppable(stop, print):
    try:
        with asking():
            asked("break it now?")
    except click.Abort:
        print("no", stop.is_set(), flush=True)
"""


def test_an_answer_while_somebody_is_asked() -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen([sys.executable, "-c", _QUESTION], stdin=theirs, stdout=theirs, stderr=theirs) as process:
        try:
            told = _read(ours, "break it now?")
            _asleep(process.pid)
            process.send_signal(signal.SIGINT)
            told += _read(ours, "no False")
            assert process.wait(timeout=20) == 0
        finally:
            process.kill()
    os.close(theirs)
    os.close(ours)
    assert "Ends after" not in told


def _asleep(process: int) -> None:
    """Until it waits for the answer: what comes just before read() is seen after it only, with the next key."""
    seen, end = 0, time.monotonic() + 20
    while seen < 5:
        assert time.monotonic() < end
        state = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0]
        seen = seen + 1 if state == "S" else 0
        time.sleep(0.02)


def _read(terminal: int, word: str) -> str:
    found = ""
    while word not in found:
        assert select.select([terminal], [], [], 20.0)[0], found
        found += os.read(terminal, 1 << 12).decode()
    return found


def test_signals_are_heard_again_after_an_answer() -> None:
    stop = threading.Event()
    with stoppable(stop, lambda _: None):
        with pytest.raises(KeyboardInterrupt), asking():
            signal.raise_signal(signal.SIGINT)
        assert not stop.is_set()
        signal.raise_signal(signal.SIGINT)
        assert stop.is_set()
