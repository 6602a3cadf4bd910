"""Which cluster a directory belongs to in the first place."""

import os
from pathlib import Path

from .git import Git
from .manifest import read_manifest
from .readable import readable_errors
from .renders import find_renders


def primary_of(directory: Path) -> str | None:
    """The cluster whose render made the shared files; None where there is no render yet. Writes nothing."""
    with readable_errors(directory):
        directory = directory.resolve()
        if os.path.lexists(directory / ".git"):
            git = Git.at(directory)
            head = git.text("rev-parse", "--quiet", "--verify", "HEAD^{commit}", accept=(0, 1)) or None
            found = find_renders(git, head).primary
            if found:
                return found
        return read_manifest(directory).primary
