"""One lock per repository (or plain directory): two renders never write at the same time."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import HagenError

# How long a run waits for another one to end, unless told otherwise.
WAIT_SECONDS = 10.0
_POLL_SECONDS = 0.02


@contextmanager
def hold(path: Path, *, wait_seconds: float) -> Iterator[int]:
    """Hold the exclusive lock on `path`, a file (made when missing) or a directory; yields its descriptor.

    A process that inherits the descriptor keeps the lock for as long as it lives. HagenError when another process
    still has it after `wait_seconds`.
    """
    descriptor = open_for_lock(path)
    try:
        deadline = time.monotonic() + wait_seconds
        while not try_lock(descriptor):
            if time.monotonic() > deadline:
                raise _busy(path, descriptor)
            time.sleep(_POLL_SECONDS)
        yield descriptor
    finally:
        os.close(descriptor)


def open_for_lock(path: Path) -> int:
    """A descriptor to lock `path` by; the file and its directory are made when missing."""
    if path.is_dir():
        return os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o666)


def try_lock(descriptor: int) -> bool:
    """Take the lock if nobody has it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _busy(path: Path, descriptor: int) -> HagenError:
    holder = _holder(descriptor)
    by = f"process {holder}" if holder else "another process"
    return HagenError(
        f"Another run of hagen is at work here: {by} holds {path}.",
        remedy="Wait for it to end, then run hagen again." + (f" To see what it is: ps -p {holder}" if holder else ""),
    )


def _holder(descriptor: int) -> int | None:
    """The process that took the lock, as the kernel lists it; None where the kernel does not say."""
    inode = os.fstat(descriptor).st_ino
    try:
        table = Path("/proc/locks").read_text(encoding="ascii")
    except OSError:
        return None
    rows = [line.split() for line in table.splitlines() if "FLOCK" in line and "->" not in line]
    return next((int(row[4]) for row in rows if row[5].endswith(f":{inode}") and int(row[4]) > 0), None)
