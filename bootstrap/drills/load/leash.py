"""Runs a command that ends when our standard input does: nobody is left loading a cluster when a drill is killed.

    python -m hagen.bootstrap.drills.load.leash COMMAND...

Exit code: the command's; 128 and the number of the signal that ended it, as shells have it.
"""

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from typing import Final

_PATIENCE: Final = 20.0  # seconds: users end their visits (stop-timeout 10), reports are written
_BY_SIGNAL: Final = 128


def main(argv: list[str]) -> int:
    """Until the command is over, or nobody holds the other end of our standard input."""
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL, start_new_session=True) as process:
        threading.Thread(target=_wait_for_the_end, args=(process,), daemon=True).start()
        code = process.wait()
    return _BY_SIGNAL - code if code < 0 else code


def _wait_for_the_end(process: subprocess.Popen[bytes]) -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
