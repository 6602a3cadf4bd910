"""A clone of a rendered repository, as a pipeline sees it."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.support import MINIMAL

CONFIGURATION = MINIMAL + (
    b"# The images; registry.example.com/team/server:0.9 was the first one.\n"
    b"apps:\n"
    b"  client: {image: 'registry.example.com/team/client:1.0.0'}  # kept\n"
    b'  server: {image: "registry.example.com/team/server:1.0.0@sha256:' + b"0" * 64 + b'"}\n'
)
CLIENT, SERVER = "registry.example.com/team/client", "registry.example.com/team/server"
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
    "GIT_AUTHOR_NAME": "somebody",
    "GIT_AUTHOR_EMAIL": "somebody@example.com",
    "GIT_COMMITTER_NAME": "somebody",
    "GIT_COMMITTER_EMAIL": "somebody@example.com",
    "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    "PAUSE": "0",
    "TZ": "America/New_York",  # tags are in UTC wherever they are made
}


@dataclass(frozen=True)
class Clone:
    """A clone of the remote."""

    directory: Path

    def run(self, *argv: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a program at the top of the clone."""
        return subprocess.run(
            [str(part) for part in argv],
            cwd=self.directory,
            env=ENVIRONMENT | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def git(self, *arguments: str) -> str:
        """Run git, which must succeed; what it prints."""
        result = self.run("git", *arguments)
        assert result.returncode == 0, f"{arguments}: {result.stderr}"
        return result.stdout.strip()

    def read(self, path: str) -> str:
        """A file's text."""
        return (self.directory / path).read_text()

    def change(self, path: str, text: str, message: str = "A change") -> str:
        """Write a file and commit it; the commit."""
        target = self.directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD")

    def push(self) -> None:
        """Push the checked-out commit to main."""
        self.git("push", "--quiet", "origin", "HEAD:refs/heads/main")

    def again(self, name: str) -> "Clone":
        """A second clone of the same remote."""
        self.git("clone", "--quiet", self.git("remote", "get-url", "origin"), str(self.directory.parent / name))
        return Clone(self.directory.parent / name)

    def render(self) -> str:
        """`make render`: hagen.yaml as it lies in the clone, into the clone; what hagen says."""
        result = self.run("hagen", "render", "-c", "hagen.yaml", "-o", ".")
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout + result.stderr
