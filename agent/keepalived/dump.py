"""Make keepalived write its JSON dump, and read it. For root, on whose processes and files this works.

keepalived has no other interface that is always there: on a signal it writes /tmp/keepalived.json (or below $TMPDIR of
its own environment), with mode 0600. Four things go wrong with that, and each is looked after here: the file that is
there is an old one; it is only half written; it belongs to somebody else; and a process that does not handle the signal
*is killed by it*, so it is sent only to one that is seen to expect it, by the number that keepalived itself gives.
"""

import json
import os
import shutil
import stat
import subprocess
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..kubernetes.deadline import Deadline
from .answer import Answer

_NAME = "keepalived"
_PAUSE = 0.003
_LARGEST = 4 * 2**20
_PROC = Path("/proc")
_PATH = os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin"


class DumpError(Exception):
    """keepalived could not be asked, or did not answer."""


@dataclass(frozen=True)
class Process:
    """One of keepalived's. `expected`: the signals that do not simply kill it, as a mask (proc(5): SigBlk, SigIgn,
    SigCgt)."""

    pid: int
    parent: int
    expected: int

    def expects(self, signal: int) -> bool:
        """Whether it handles it."""
        return bool(self.expected >> (signal - 1) & 1)


def ask(file: Path, deadline: Deadline) -> Answer:
    """Of the keepalived in this network namespace. Never an exception."""
    try:
        found = processes()
        if not found:
            return Answer(alive=False, problem="no keepalived runs here")
        return Answer(alive=True, dump=_dump(file, found, deadline))
    except (DumpError, OSError) as error:
        return Answer(alive=None, problem=str(error) or type(error).__name__)


def processes() -> list[Process]:
    """All of root's that bear the name, oldest first. DumpError when this process may not see those of others."""
    try:
        (_PROC / "1" / "comm").read_bytes()
    except OSError as error:
        raise DumpError("processes of others are hidden from the agent") from error
    home = _network(_PROC / "self")
    found = []
    for entry in sorted(int(path.name) for path in _PROC.iterdir() if path.name.isdigit()):
        try:
            process = _look(_PROC / str(entry), home)
        except (OSError, ValueError, KeyError):
            continue  # it ended meanwhile
        if process is not None:
            found.append(process)
    return found


def _look(directory: Path, home: int) -> Process | None:
    if (directory / "comm").read_text().rstrip("\n") != _NAME or directory.stat().st_uid != 0:
        return None
    if _network(directory) != home:
        return None
    lines = (line.partition(":\t") for line in (directory / "status").read_text().splitlines())
    status = {name: value.strip() for name, _, value in lines}
    if status["State"].startswith("Z"):
        return None
    expected = int(status["SigBlk"], 16) | int(status["SigIgn"], 16) | int(status["SigCgt"], 16)
    return Process(int(directory.name), int(status["PPid"]), expected)


def _network(process: Path) -> int:
    """A number that each network namespace has of its own. (ns/net says it too, but only to who may trace it.)"""
    return (process / "net" / "dev").stat().st_ino


def _dump(file: Path, found: list[Process], deadline: Deadline) -> bytes:
    signal = _signal()
    before = _version(file)
    pids = {process.pid for process in found}
    # The parent passes it on. (A child whose parent was killed ends as well, but not at once.)
    eldest = [process for process in found if process.parent not in pids]
    if not all(process.expects(signal) for process in eldest):
        raise DumpError("keepalived is just starting")
    for process in eldest:
        os.kill(process.pid, signal)
    while deadline.left > 0:
        time.sleep(_PAUSE)
        if _version(file) != before and (content := _read(file)) is not None:
            return content
    raise DumpError(f"keepalived wrote no new {file}")


def _version(file: Path) -> tuple[int, int, int] | None:
    try:
        now = file.lstat()
    except FileNotFoundError:
        return None
    return now.st_ino, now.st_mtime_ns, now.st_ctime_ns


def _read(file: Path) -> bytes | None:
    """Its content; None while that is not complete."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb") as opened:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_uid != 0:
            raise DumpError(f"{file} is not keepalived's")
        content = opened.read(_LARGEST)
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return None
    return content


@cache
def _signal() -> int:
    """keepalived's own word: a build without JSON has none, and would die of any."""
    program = shutil.which(_NAME, path=_PATH)
    if program is None:
        raise DumpError("keepalived is not installed")
    try:
        said = subprocess.run([program, "--signum=JSON"], capture_output=True, text=True, timeout=2, check=False)
    except subprocess.TimeoutExpired as error:
        raise DumpError("keepalived does not say which signal it expects") from error
    if said.returncode != 0 or not said.stdout.strip().isdigit():
        raise DumpError("this keepalived was built without JSON")
    return int(said.stdout)
