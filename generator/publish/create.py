"""Makes a repository where there is none: built aside, then put in place by one rename."""

import glob
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import HagenError
from .git import Git
from .lock import open_for_lock, try_lock

_INITIAL = ".hagen-init-"


def is_vacant(directory: Path) -> bool:
    """Whether `directory` is absent or empty; HagenError when it is something else than a directory."""
    if not os.path.lexists(directory):
        return True
    if not directory.is_dir():
        raise HagenError(f"{directory} is not a directory.", remedy="Give a directory, or a path where nothing is yet.")
    return all(entry.name.startswith(_INITIAL) for entry in directory.iterdir())


def is_replaceable(directory: Path) -> bool:
    """Whether a vacant directory can be replaced as a whole: nobody's shell is in it, and its parent can be written."""
    if not directory.exists():
        return True
    try:
        here = Path.cwd()
    except FileNotFoundError:  # this process stands in a directory that was removed
        here = Path("/")
    movable = not directory.is_mount() and os.access(directory.parent, os.W_OK | os.X_OK)
    ours = directory.stat().st_uid == os.geteuid()
    return ours and movable and not any(directory.iterdir()) and not here.is_relative_to(directory)


@contextmanager
def sibling(directory: Path) -> Iterator[tuple[Path, int]]:
    """A new directory beside `directory`, and the descriptor of the lock on it; removed at the end if still there."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    with _locked_directory(directory.parent, f".{directory.name}.hagen-") as (aside, descriptor):
        if directory.exists():
            shutil.copymode(directory, aside)
        yield aside, descriptor


def put_in_place(aside: Path, directory: Path) -> bool:
    """Rename `aside` to `directory`; False when someone else has filled that meanwhile."""
    try:
        aside.rename(directory)
    except OSError:
        if directory.is_dir() and any(directory.iterdir()):
            return False
        raise
    return True


def initialise(directory: Path, branch: str) -> None:
    """Make a git directory in a directory that must stay the one it is, with one rename."""
    with _locked_directory(directory, _INITIAL) as (aside, descriptor):
        make_repository(Git.at(aside).inheriting(descriptor), branch)
        (aside / ".git").rename(directory / ".git")


def make_repository(git: Git, branch: str) -> None:
    """An empty repository in git's directory, whose first commit will be on `branch`."""
    git.run("init", "--quiet", f"--initial-branch={branch}")


@contextmanager
def _locked_directory(parent: Path, prefix: str) -> Iterator[tuple[Path, int]]:
    """A new directory of this process in `parent`, and the descriptor of the lock on it; removed at the end."""
    _sweep(parent, prefix)
    aside = parent / f"{prefix}{os.getpid()}"
    aside.mkdir()
    descriptor = open_for_lock(aside)
    try:
        try_lock(descriptor)
        yield aside, descriptor
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        os.close(descriptor)


def _sweep(directory: Path, prefix: str) -> None:
    """Remove what dead processes have left: directories of that name whose lock nobody holds."""
    for found in directory.glob(f"{glob.escape(prefix)}*"):
        if found.is_symlink() or not found.is_dir():
            continue
        descriptor = open_for_lock(found)
        try:
            if try_lock(descriptor):
                shutil.rmtree(found, ignore_errors=True)
        finally:
            os.close(descriptor)
