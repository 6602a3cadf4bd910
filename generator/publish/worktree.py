"""What on the disk would be in the way of new files."""

import os
from collections.abc import Callable, Collection, Iterator
from pathlib import Path, PurePosixPath

from ..errors import HagenError
from .objects import Entry, Tree, blob_id
from .repository import listed


def adopt_untracked(
    directory: Path, added: Tree, tracked: Callable[[], Collection[str]], algorithm: str
) -> dict[str, Entry]:
    """Of the files that a merge would add, those that lie there untracked with exactly the same content.

    `tracked` gives the paths of the checked-out commit; it is asked only when something is in the way. HagenError
    when any other untracked or ignored file is; it lists them.
    """
    same: dict[str, Entry] = {}
    blocking: set[str] = set()
    for path, entry in added.items():
        found = set(in_the_way(directory, path))
        if found == {path} and _entry_on_disk(directory / path, algorithm) == entry:
            same[path] = entry
        else:
            blocking |= found
    blocking -= set(tracked()) if blocking else set()
    if blocking:
        raise HagenError(
            f"{len(blocking)} file(s) in {directory} that git does not track would be overwritten.",
            remedy="Move them away, or commit them: git add --force <file> && git commit",
            details=listed(tuple(sorted(blocking))),
        )
    return same


def in_the_way(directory: Path, path: str) -> Iterator[str]:
    """Files on disk where `path`, or a directory on the way to it, is to be; of a directory there all its files."""
    for parent in reversed(PurePosixPath(path).parents[:-1]):
        found = directory / parent
        if found.is_symlink() or (found.exists() and not found.is_dir()):
            yield str(parent)
            return
    here = directory / path
    if here.is_dir() and not here.is_symlink():
        for folder, _, names in os.walk(here):
            yield from (str(PurePosixPath(folder, name).relative_to(directory)) for name in names)
    elif os.path.lexists(here):
        yield path


def _entry_on_disk(path: Path, algorithm: str) -> Entry | None:
    if path.is_symlink() or not path.is_file():
        return None
    mode = "100755" if path.stat().st_mode & 0o100 else "100644"
    return mode, blob_id(path.read_bytes(), algorithm)
