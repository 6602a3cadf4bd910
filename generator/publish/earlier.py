"""What earlier renders have put into a directory: read before the next one, which may build on it."""

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from .create import is_vacant
from .detached import PENDING
from .git import Git
from .journal import journal_path
from .lock import WAIT_SECONDS, hold
from .manifest import read_manifest
from .objects import Entry, read_tree
from .plain import finish_pending
from .readable import readable_errors
from .recovery import recover
from .renders import find_renders
from .repository import discover

_REGULAR = {"100644", "100755"}

Wanted = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Earlier:
    """The cluster that owns the shared files (None: no render yet), all paths, and the contents that were wanted.

    `recovered` are copies of files, see `Outcome`.
    """

    primary: str | None = None
    paths: frozenset[str] = frozenset()
    files: Mapping[str, bytes] = field(default_factory=dict)
    recovered: tuple[Path, ...] = ()


def earlier_renders(directory: Path, wanted: Wanted) -> Earlier:
    """The earlier renders in `directory`, with the contents of the files that `wanted` accepts.

    They are taken from the renders themselves, without edits by hand: those are git's to merge. Where a repository
    holds the files but not the renders (a squashed history), the checked-out commit stands in, without `paths`. What
    an interrupted run has left half done is finished first; nothing else is written.
    """
    with readable_errors(directory):
        directory = directory.resolve()
        if is_vacant(directory):
            return Earlier()
        recovered = _recover(directory)
        in_git = os.path.lexists(directory / ".git")
        found = (in_git and _of_renders(directory, wanted)) or _of_manifest(directory, wanted)
        return replace(found or (in_git and _of_head(directory, wanted)) or Earlier(), recovered=recovered)


def _recover(directory: Path) -> tuple[Path, ...]:
    if (directory / PENDING).exists():
        with hold(directory, wait_seconds=WAIT_SECONDS):
            return finish_pending(directory)
    if not os.path.lexists(directory / ".git"):
        return ()
    repository = discover(Git.at(directory))
    if not journal_path(repository).exists():
        return ()
    with hold(repository.lock_path, wait_seconds=WAIT_SECONDS) as lock:
        return recover(replace(repository, git=repository.git.inheriting(lock)))


def _head(git: Git) -> str | None:
    return git.text("rev-parse", "--quiet", "--verify", "HEAD^{commit}", accept=(0, 1)) or None


def _of_renders(directory: Path, wanted: Wanted) -> Earlier | None:
    git = Git.at(directory)
    renders = find_renders(git, _head(git))
    files: dict[str, Entry] = {}
    # Renders that were made apart from one another: merging them is for the next one, here the newest has the word.
    for tip in reversed(renders.tips):
        files |= read_tree(git, tip.tree)
    if not renders.tips:
        return None
    return Earlier(renders.primary, frozenset(files), _blobs(git, files, wanted))


def _of_manifest(directory: Path, wanted: Wanted) -> Earlier | None:
    manifest = read_manifest(directory)
    if not manifest.files:
        return None
    found = [path for path in manifest.files if wanted(path) and (directory / path).is_file()]
    contents = {path: (directory / path).read_bytes() for path in found}
    return Earlier(manifest.primary, frozenset(manifest.files), contents)


def _of_head(directory: Path, wanted: Wanted) -> Earlier | None:
    git = Git.at(directory)
    head = _head(git)
    return Earlier(files=_blobs(git, read_tree(git, head), wanted)) if head else None


def _blobs(git: Git, files: Mapping[str, Entry], wanted: Wanted) -> dict[str, bytes]:
    """The contents of the files that are wanted, with one process."""
    ids = {path: oid for path, (mode, oid) in files.items() if mode in _REGULAR and wanted(path)}
    contents = _read_blobs(git, set(ids.values())) if ids else {}
    return {path: contents[oid] for path, oid in ids.items()}


def _read_blobs(git: Git, ids: Collection[str]) -> dict[str, bytes]:
    """Object id -> content. `cat-file --batch` answers with a line (id, type, length), the content and a line end."""
    output = git.run("cat-file", "--batch", stdin="".join(f"{oid}\n" for oid in ids).encode())
    contents: dict[str, bytes] = {}
    at = 0
    while at < len(output):
        end = output.index(b"\n", at)
        oid, _, length = output[at:end].decode().split(" ")
        contents[oid] = output[end + 1 : end + 1 + int(length)]
        at = end + 2 + int(length)
    return contents
