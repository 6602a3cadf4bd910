"""The short-lived process that brings a work tree from the old state to the new one.

It runs in a session of its own and holds the lock, so that it ends its work even when hagen is killed. It is started
by the path of this file, without hagen's package: only the standard library may be imported here.

    detached.py git DIRECTORY JOURNAL      run the journal's steps, then remove the journal
    detached.py plain DIRECTORY            move the files of DIRECTORY/.hagen-pending to where they belong
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

PENDING = ".hagen-pending"
RECOVERED = ".hagen-recovered"
PLAN = "plan.json"


def run_steps(directory: Path, journal: Path) -> int:
    """Run the git commands of the journal in order; the exit code is that of the first one that failed, or 0."""
    for step in json.loads(journal.read_bytes())["steps"]:
        result = subprocess.run(
            ["git", *step["arguments"]],  # noqa: S607 - the user's git
            cwd=directory,
            input=step["stdin"].encode("utf-8", "surrogateescape"),
            stdout=subprocess.DEVNULL,
            check=False,
            close_fds=False,  # git holds the lock too
        )
        if result.returncode not in step["accept"]:
            return result.returncode or 1
    journal.unlink()
    return 0


def apply_pending(root: Path) -> list[Path]:
    """Finish the plan below `root`; it can be repeated at will. Returns copies of files that were edited meanwhile.

    The plan lists removals (path, digest before), writes (path, staged file, digests before and after; null: no file)
    and the staged manifest, which comes last.
    """
    pending = root / PENDING
    plan = json.loads((pending / PLAN).read_bytes())
    recovered = []
    for path, before in plan["removals"]:
        recovered += _keep_edit(root, path, {before})
        if digest(root / path) is not None:
            (root / path).unlink()
            remove_empty_parents(root, root / path)
    for path, staged, before, after in plan["writes"]:
        source, destination = pending / staged, root / path
        if source.exists():
            recovered += _keep_edit(root, path, {before, after})
            _remove_empty_directories(destination)
            destination.parent.mkdir(parents=True, exist_ok=True)
            source.replace(destination)
    if (pending / plan["manifest"]).exists():
        (pending / plan["manifest"]).replace(root / plan["manifest_path"])
    # The plan goes first: without it, what is left of the directory is rubbish and not a plan.
    (pending / PLAN).unlink()
    shutil.rmtree(pending)
    return recovered


def remove_empty_parents(root: Path, path: Path) -> None:
    """Remove the directories above `path` that have become empty, up to `root`."""
    for parent in path.parents:
        if parent == root:
            return
        try:
            parent.rmdir()
        except OSError:
            return


def _remove_empty_directories(path: Path) -> None:
    """Remove a directory where a file is to be; it holds nothing but directories."""
    if path.is_dir() and not path.is_symlink():
        for folder, _, _ in os.walk(path, topdown=False):
            Path(folder).rmdir()


def digest(path: Path) -> str | None:
    """A hash of a file's content and its executable bit; None when there is no file; a link is hashed as such."""
    if path.is_symlink():
        return "link:" + str(path.readlink())
    if not path.is_file():
        return None
    executable = "x" if path.stat().st_mode & 0o100 else "-"
    return executable + hashlib.sha256(path.read_bytes()).hexdigest()


def _keep_edit(root: Path, path: str, expected: set[str | None]) -> list[Path]:
    found = digest(root / path)
    if found is None or found in expected:
        return []
    copy = root / RECOVERED / time.strftime("%Y%m%dT%H%M%S") / path
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(root / path, copy, follow_symlinks=False)
    return [copy]


def main(arguments: list[str]) -> int:
    """The entry point; see the module's first lines."""
    kind, directory, *rest = arguments
    if kind == "git":
        return run_steps(Path(directory), Path(rest[0]))
    apply_pending(Path(directory))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
