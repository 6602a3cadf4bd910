"""Ctrl-C, in a process of its own: the first time it ends in order, the second at once."""

import os
import signal
import subprocess
import sys

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
