"""`python -m hagen.agent.keepalived.helper SOCKET DUMP_FILE`: asks keepalived on behalf of the unprivileged agent.

keepalived takes signals from root and writes a file that only root may read. A capability that would let the agent read
that file (CAP_DAC_READ_SEARCH) would let it read every file; so this small program runs as root *without any
capability*: root's uid alone may signal root's processes and read root's files. Whoever may connect to its socket gets
one answer and can ask for nothing else.

The socket comes from systemd (socket activation, sd_listen_fds(3)), which gives it to the agent's group; without
systemd it is made here, for root alone. The helper needs the /tmp of keepalived: no PrivateTmp, or a TMPDIR that both
have.
"""

import contextlib
import os
import signal
import socket
import sys
import time
from pathlib import Path

from ..kubernetes.deadline import Deadline
from . import dump
from .answer import encoded

_FIRST_DESCRIPTOR = 3
_PATIENCE = 1.0
_SPACING = 0.05  # seconds between two questions to keepalived, whoever asks
_USAGE = 2


def main(arguments: list[str]) -> int:
    """Serve until SIGTERM. 2: wrong arguments; 1: the socket cannot be used."""
    if len(arguments) != 2:  # noqa: PLR2004
        print("usage: python -m hagen.agent.keepalived.helper SOCKET DUMP_FILE", file=sys.stderr)  # noqa: T201
        return _USAGE
    path, file = map(Path, arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with listening(path) as listener:
            serve(listener, file)
    except OSError as error:
        print(f"{path}: {error.strerror}", file=sys.stderr)  # noqa: T201
    return 1


def listening(path: Path) -> socket.socket:
    """systemd's socket, or one of our own."""
    if os.environ.get("LISTEN_PID") == str(os.getpid()) and os.environ.get("LISTEN_FDS") == "1":
        return socket.socket(fileno=_FIRST_DESCRIPTOR)
    path.unlink(missing_ok=True)
    made = socket.socket(socket.AF_UNIX)
    before = os.umask(0o177)
    try:
        made.bind(str(path))
        made.listen(8)
    except BaseException:
        made.close()
        raise
    finally:
        os.umask(before)
    return made


def serve(listener: socket.socket, file: Path) -> None:
    """One at a time, for ever."""
    while True:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            connection.settimeout(_PATIENCE)
            connection.sendall(encoded(dump.ask(file, Deadline.after(_PATIENCE))))
        time.sleep(_SPACING)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
