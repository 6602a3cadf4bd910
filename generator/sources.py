"""Sources that a render carries along: plain files of the template tree, byte for byte, with no template engine."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from .errors import HagenError
from .files import RenderedFile

FOLDERS: Final = ("images", "load-tests")
"""Folders beside the templates that go to the top of the repository. A fork may have none of them."""

_MADE: Final = frozenset(
    ["node_modules", "dist", "coverage", "playwright-report", "test-results", "__pycache__", ".vite", ".mypy_cache"]
)
_MADE_BY_TOOLS: Final = (".pyc", ".log", ".tsbuildinfo")
_MODE_EXECUTABLE: Final = 0o100


def sources(template: Path) -> dict[str, RenderedFile]:
    """The plain files of a template tree by their path in the repository, without what builds and tests leave behind.

    HagenError when a file cannot be read.
    """
    try:
        return {
            path: RenderedFile(Path(entry.path).read_bytes(), bool(entry.stat().st_mode & _MODE_EXECUTABLE))
            for folder in FOLDERS
            if (template / folder).is_dir()
            for path, entry in _files(os.fspath(template / folder), folder)
        }
    except OSError as error:
        message = f"the sources cannot be read: {error.strerror} ({error.filename})"
        raise HagenError(message, remedy="give yourself the right to read the template") from error


def _files(directory: str, path: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Regular files below a directory in the order of their names; links lead elsewhere and are left out."""
    for entry in sorted(os.scandir(directory), key=lambda entry: entry.name):
        name = f"{path}/{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in _MADE:
                yield from _files(entry.path, name)
        elif entry.is_file(follow_symlinks=False) and not entry.name.endswith(_MADE_BY_TOOLS):
            yield name, entry
