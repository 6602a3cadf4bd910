"""The run before this one, in the same folder: when the kernel says that it is dead, its lock need not run out."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import BootstrapError


@contextmanager
def following(file: Path, holder: str) -> Iterator[str]:
    """Gives the holder that died with this file, empty when none did. The file is held, and forgotten at the end.

    A lock on a file ends with its process, however that ends. BootstrapError when a run that lives holds it.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        opened = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise BootstrapError("lock", f"{file}: {error.strerror}", "Remove it.") from error
    with os.fdopen(opened, "r+", encoding="utf-8", errors="replace") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            who = held.read().strip() or "another run"
            raise BootstrapError("lock", f"{who} is working on this cluster", "Wait for it, or stop it.") from None
        except OSError:
            yield ""  # a file system without locks: the provider's lock is enough
            return
        dead = held.read().strip()
        _write(held.fileno(), holder)
        try:
            yield dead
        finally:
            _write(held.fileno(), "")


def _write(descriptor: int, text: str) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, text.encode(), 0)
    os.fsync(descriptor)
