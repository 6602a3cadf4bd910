"""Finishes what an interrupted run began: forward to the new state, or back to the old one where git was to stop."""

import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path

from .detached import remove_empty_parents
from .git import Git
from .journal import Journal, journal_path, read_journal
from .objects import Differences, Entry, blob_id, diff_trees, empty_tree
from .repository import RENDERED_REF, Repository, read_checkout
from .transition import move_ref

# A lock file of a git process that lives is younger than this.
_STALE_SECONDS = 1.0
_SUBMODULE = "160000"


def recover(repository: Repository) -> tuple[Path, ...]:
    """Under the lock: settle the journal of an earlier run, if there is one.

    Returns copies of the files that were neither in the old nor in the new state. Files that the transition was not
    to touch stay as they are, and so does everything when the user has since moved the branch on.
    """
    path = journal_path(repository)
    journal = read_journal(path)
    if journal is None:
        return ()
    broken = _break_locks(repository, journal)
    checkout = read_checkout(repository.git)
    at = checkout.head if checkout.ref == journal.branch else "elsewhere"
    copies: tuple[Path, ...] = ()
    if at == journal.old and not _stopped_in_conflict(repository):
        begun = broken or _has_begun(repository, journal)
        copies = _settle(repository, journal, forward=not journal.conflict) if begun else ()
        if begun and not journal.conflict:
            repository.git.run("update-ref", "--stdin", "-z", stdin=_line(journal.branch, journal.target, journal.old))
            at = journal.target
    if at == journal.target or _stopped_in_conflict(repository):
        # It fails where somebody else has moved the branch since: then it is theirs.
        repository.git.call(
            "update-ref", "--stdin", "-z", stdin=_line(RENDERED_REF, journal.render, journal.previous_render)
        )
    path.unlink()
    return copies


def roll_back(repository: Repository, journal: Journal) -> None:
    """Undo a transition that failed half-way in this run."""
    stays = read_checkout(repository.git).head == journal.old and not _stopped_in_conflict(repository)
    if stays and _has_begun(repository, journal):
        _settle(repository, journal, forward=False)
    journal_path(repository).unlink(missing_ok=True)


def _stopped_in_conflict(repository: Repository) -> bool:
    """Git writes this file after the files with the markers: the conflict is complete, and the user's."""
    return (repository.git_dir / "MERGE_HEAD").exists()


def _break_locks(repository: Repository, journal: Journal) -> bool:
    """Remove git's locks that a killed process has left; whether the index was among the locked."""
    refs = [repository.common_dir / f"{ref}.lock" for ref in (journal.branch, RENDERED_REF)]
    index = repository.git_dir / "index.lock"
    broken = False
    for lock in (index, repository.git_dir / "HEAD.lock", *refs):
        while lock.exists():
            if time.time() - lock.stat().st_mtime > _STALE_SECONDS:
                lock.unlink()
                broken = broken or lock == index
            else:
                time.sleep(_STALE_SECONDS / 10)
    return broken


def _has_begun(repository: Repository, journal: Journal) -> bool:
    """Whether the transition reached the index or any file; if not, the disk has the old state, or edits to it."""
    differences = _differences(repository, journal)
    index = _read_index(repository.git)
    if any(index.get(path) != old for path, (old, _) in differences.items()):
        return True
    found = _on_disk(repository, differences)
    return any(new and found.get(path) == new[1] and new != old for path, (old, new) in differences.items())


def _settle(repository: Repository, journal: Journal, *, forward: bool) -> tuple[Path, ...]:
    """Bring the touched paths, on disk and in the index, to one side; keep copies of what is on neither."""
    differences = _differences(repository, journal)
    copies = _keep_copies(repository, differences)
    goal = {path: sides[1 if forward else 0] for path, sides in differences.items()}
    for path, entry in goal.items():
        on_disk = repository.directory / path
        if entry is None and os.path.lexists(on_disk) and (on_disk.is_symlink() or not on_disk.is_dir()):
            on_disk.unlink()
            remove_empty_parents(repository.directory, on_disk)
    _check_out(repository, goal)
    return copies


def _check_out(repository: Repository, goal: Mapping[str, Entry | None]) -> None:
    """Set these paths in the index (None: not there), and write their files whatever lies there."""
    nothing = "0" * len(empty_tree(repository.algorithm))
    removed = [f"0 {nothing}\t{path}\0" for path in goal]  # all, for a file may have to make room for a directory
    present = {path: entry for path, entry in goal.items() if entry}
    added = [f"{mode} {oid}\t{path}\0" for path, (mode, oid) in present.items()]
    repository.git.run("update-index", "-z", "--index-info", stdin=os.fsencode("".join(removed + added)))
    written = "\0".join(path for path, (mode, _) in present.items() if mode != _SUBMODULE)
    repository.git.run("checkout-index", "--force", "--index", "-z", "--stdin", stdin=os.fsencode(written))


def _differences(repository: Repository, journal: Journal) -> Differences:
    return diff_trees(repository.git, journal.old or empty_tree(repository.algorithm), journal.target)


def _read_index(git: Git) -> dict[str, Entry]:
    """The index: path -> entry (of a conflicted path, the last of its versions)."""
    rows = [line.split("\t", 1) for line in git.text("ls-files", "--stage", "-z").split("\0") if line]
    return {path: (attributes.split(" ")[0], attributes.split(" ")[1]) for attributes, path in rows}


def _on_disk(repository: Repository, differences: Differences) -> dict[str, str]:
    """Touched paths that are files or links on disk -> the id of the blob that git would make of each."""
    links, files = {}, []
    for path, (old, new) in differences.items():
        on_disk = repository.directory / path
        if on_disk.is_symlink():
            links[path] = blob_id(os.fsencode(on_disk.readlink()), repository.algorithm)
        elif on_disk.is_file() and _SUBMODULE not in {old and old[0], new and new[0]}:
            files.append(path)
    # With git's filters, for the line ends on disk may be others than those in the repository.
    names = b"".join(_quoted(path) + b"\n" for path in files)
    ids = repository.git.text("hash-object", "--stdin-paths", stdin=names).splitlines() if files else []
    return links | dict(zip(files, ids, strict=True))


def _keep_copies(repository: Repository, differences: Differences) -> tuple[Path, ...]:
    target = repository.state_dir / "recovered" / time.strftime("%Y%m%dT%H%M%S")
    copies = []
    for path, oid in _on_disk(repository, differences).items():
        if oid not in {side[1] for side in differences[path] if side}:
            copy = target / path
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(repository.directory / path, copy, follow_symlinks=False)
            copies.append(copy)
    return tuple(copies)


def _quoted(path: str) -> bytes:
    """The path in git's C-style quotes, which protect line ends."""
    return b'"' + b"".join(b"\\%03o" % byte for byte in os.fsencode(path)) + b'"'


def _line(ref: str, new: str, old: str | None) -> bytes:
    return move_ref(ref, new, old).encode()
