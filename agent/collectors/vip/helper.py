"""`python -m hagen.agent.collectors.vip.helper AGENT_YAML`: asks keepalived on behalf of the unprivileged agent.

keepalived takes signals from root and writes a file that only root may read. A capability that would let the agent read
that file (CAP_DAC_READ_SEARCH) would let it read every file; so this small program runs as root *without any
capability*: root's uid alone may signal root's processes and read root's files. Whoever may connect to its socket gets
one answer and can ask for nothing else: a line of JSON with `alive` and `problem`, then the dump.

The socket comes from systemd (socket activation, sd_listen_fds(3)), which gives it to the agent's group; without
systemd it is made here, for root alone. The helper needs the /tmp of keepalived: no PrivateTmp, or a TMPDIR that both
have.
"""

import contextlib
import json
import os
import signal
import socket
import sys
import time
from pathlib import Path

from ...config import ConfigError, Keepalived, load_config
from ...kubernetes.deadline import Deadline
from . import dump
from .keepalived import Answer

_FIRST_DESCRIPTOR = 3
_PATIENCE = 1.0
_SPACING = 0.05  # seconds between two questions to keepalived, whoever asks
_BAD_CONFIG = 2


def main(arguments: list[str]) -> int:
    """Serve until SIGTERM. 2: agent.yaml cannot be used; 1: the socket cannot."""
    try:
        [path] = arguments
        config = load_config(Path(path)).keepalived
    except ValueError:
        print("usage: python -m hagen.agent.collectors.vip.helper AGENT_YAML", file=sys.stderr)  # noqa: T201
        return _BAD_CONFIG
    except ConfigError as error:
        print(*(f"{arguments[0]}: {problem}" for problem in error.problems), sep="\n", file=sys.stderr)  # noqa: T201
        return _BAD_CONFIG
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with listening(config) as listener:
            serve(listener, Path(config.dump_file))
    except OSError as error:
        print(f"{config.socket}: {error.strerror}", file=sys.stderr)  # noqa: T201
    return 1


def listening(config: Keepalived) -> socket.socket:
    """systemd's socket, or one of our own."""
    if os.environ.get("LISTEN_PID") == str(os.getpid()) and os.environ.get("LISTEN_FDS") == "1":
        return socket.socket(fileno=_FIRST_DESCRIPTOR)
    Path(config.socket).unlink(missing_ok=True)
    made = socket.socket(socket.AF_UNIX)
    try:
        before = os.umask(0o177)
        try:
            made.bind(config.socket)
        finally:
            os.umask(before)
        made.listen(8)
    except BaseException:
        made.close()
        raise
    return made


def serve(listener: socket.socket, file: Path) -> None:
    """One at a time, for ever."""
    while True:
        connection, _ = listener.accept()
        with connection, contextlib.suppress(OSError):
            connection.settimeout(_PATIENCE)
            connection.sendall(encoded(dump.ask(file, Deadline.after(_PATIENCE))))
        time.sleep(_SPACING)


def encoded(answer: Answer) -> bytes:
    """As it goes over the socket."""
    return json.dumps({"alive": answer.alive, "problem": answer.problem}).encode() + b"\n" + answer.dump


def decoded(data: bytes) -> Answer:
    """ValueError when it is not an answer."""
    head, _, rest = data.partition(b"\n")
    document = json.loads(head)
    alive = document.get("alive") if isinstance(document, dict) else 0
    if not (alive is None or isinstance(alive, bool)):
        raise ValueError("no answer of the helper")
    return Answer(alive, rest, str(document.get("problem", "")))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
