"""What the tests of this folder share: git, a small render, and pictures of directories to compare."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from hagen.generator.publish import Outcome, RenderedFile, publish

_IDENTITY = {
    "GIT_AUTHOR_NAME": "Ann",
    "GIT_AUTHOR_EMAIL": "ann@example.org",
    "GIT_COMMITTER_NAME": "Ann",
    "GIT_COMMITTER_EMAIL": "ann@example.org",
}
Picture = dict[str, tuple[int, bytes]]


def git(directory: Path, *arguments: str, accept: tuple[int, ...] = (0,)) -> str:
    """The output of a git command, run as Ann would."""
    result = subprocess.run(
        ["git", *arguments],
        cwd=directory,
        env={**os.environ, **_IDENTITY},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert result.returncode in accept, result.stderr
    return result.stdout.strip()


def commit_all(directory: Path, message: str = "Edits by hand") -> None:
    """Commit all there is, as a user would."""
    git(directory, "add", "--all")
    git(directory, "commit", "--quiet", "--message", message)


def files(contents: Mapping[str, str]) -> dict[str, RenderedFile]:
    """A render of these texts; programs end in `.sh`."""
    return {path: RenderedFile(text.encode(), path.endswith(".sh")) for path, text in contents.items()}


LINES = "".join(f"line {number}\n" for number in range(20))


def sample(**changes: str | None) -> dict[str, RenderedFile]:
    """A small render of cluster `east`; `changes` replaces contents by key (readme, dns, old), None leaves one out."""
    contents: dict[str, str | None] = {"readme": LINES, "dns": LINES, "old": "old\n", **changes}
    paths = {"readme": "README.md", "dns": "apps/dns/overlays/east/dns.yaml", "old": "apps/old/base/old.yaml"}
    texts = {paths.get(key, key): text for key, text in contents.items() if text is not None}
    return files({"hagen.yaml": "name: east\n", "clusters/east/run.sh": "#!/bin/sh\n", **texts})


def put(directory: Path, render: Mapping[str, RenderedFile], cluster: str = "east") -> Outcome:
    """Publish with the arguments that most tests share."""
    return publish(directory, render, cluster=cluster, version="1.0", wait_seconds=5)


def picture(directory: Path) -> Picture:
    """Path -> executable bit and content of all files below `directory`, without git's and hagen's own."""
    return {
        str(path.relative_to(directory)): (path.stat().st_mode & 0o100, path.read_bytes())
        for path in sorted(directory.rglob("*"))
        if path.is_file() and not path.relative_to(directory).parts[0].startswith((".git", ".hagen-"))
    }


def pictured(render: Mapping[str, RenderedFile]) -> Picture:
    """The picture of a directory with exactly this render."""
    return {path: (0o100 if file.executable else 0, file.content) for path, file in sorted(render.items())}


def times(directory: Path) -> dict[str, int]:
    """Path -> modification time in nanoseconds of everything below `directory`, the git directory included.

    Of git's objects only the names count: git renews the time of an object that it would otherwise write again.
    """
    paths = [directory, *directory.rglob("*")]
    return {str(path): 0 if "/objects/" in str(path) else path.stat().st_mtime_ns for path in paths}


def assert_clean(directory: Path) -> None:
    """Index, work tree and HEAD agree, and the repository is sound."""
    assert git(directory, "status", "--porcelain") == ""
    problems = git(directory, "fsck", "--full", "--no-dangling")
    assert problems == ""
