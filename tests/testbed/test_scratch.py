"""Files that vanish with whoever asked for them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.support import ROOT
from tests.testbed.scratch import scratch

_PROGRAM = """
import time
from tests.testbed.scratch import scratch
with scratch() as folder:
    (folder / "file").write_text("x")
    print(folder, flush=True)
    time.sleep(600)
"""


def test_it_is_there_and_then_is_gone() -> None:
    with scratch() as folder:
        (folder / "file").write_text("x")
        assert folder.name.startswith("hagen-rendered-")
    assert not folder.exists()


def test_it_is_gone_after_kill_9(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", _PROGRAM]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip())
        assert folder.parent == tmp_path
        process.send_signal(signal.SIGKILL)
    end = time.monotonic() + 20
    while list(tmp_path.iterdir()):
        assert time.monotonic() < end
        time.sleep(0.02)
