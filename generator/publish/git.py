"""Runs git: a clean environment, bytes in and out, and failures as errors that a user can act on."""

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import HagenError

# `merge-tree --write-tree` appeared in this version.
_OLDEST = (2, 38)
_KEPT_PREFIXES = ("GIT_AUTHOR_", "GIT_COMMITTER_", "GIT_CONFIG_", "GIT_SSH")
# No background process may outlive a command of ours: it would inherit, and hold, hagen's lock.
_SETTINGS = ("gc.auto=0", "maintenance.auto=false", "core.fsmonitor=false", "core.quotePath=false")


def clean_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without what would point git to another repository, and with untranslated messages."""
    kept = {key: value for key, value in environment.items() if not key.startswith("GIT_")}
    kept |= {key: value for key, value in environment.items() if key.startswith(_KEPT_PREFIXES)}
    return kept | {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}


@dataclass(frozen=True, slots=True)
class Git:
    """The git command in one directory. `inherit` are file descriptors that its processes keep open (a lock)."""

    directory: Path
    environment: Mapping[str, str]
    inherit: tuple[int, ...] = ()

    @classmethod
    def at(cls, directory: Path) -> "Git":
        """Git in `directory`, in the cleaned environment of this process."""
        return cls(directory, clean_environment(os.environ))

    def with_environment(self, **variables: str) -> "Git":
        """The same with more environment variables."""
        return replace(self, environment={**self.environment, **variables})

    def inheriting(self, *descriptors: int) -> "Git":
        """The same with descriptors that each process inherits."""
        return replace(self, inherit=descriptors)

    def call(self, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """Run git whatever its exit code; HagenError only when it cannot be started."""
        try:
            return subprocess.run(
                command(*arguments),
                cwd=self.directory,
                env=self.environment,
                input=stdin,
                capture_output=True,
                check=False,
                pass_fds=self.inherit,
            )
        except FileNotFoundError as error:
            if not self.directory.is_dir():
                raise
            raise HagenError("git is not installed.", remedy="Install git 2.38 or newer.") from error

    def run(self, *arguments: str, stdin: bytes = b"", accept: tuple[int, ...] = (0,)) -> bytes:
        """The standard output of a git command; HagenError with its own words when its exit code is not accepted."""
        result = self.call(*arguments, stdin=stdin)
        if result.returncode not in accept:
            raise failure(self.directory, arguments, result.stderr)
        return result.stdout

    def text(self, *arguments: str, stdin: bytes = b"", accept: tuple[int, ...] = (0,)) -> str:
        """As `run`, decoded as file names are and without the last line end."""
        return os.fsdecode(self.run(*arguments, stdin=stdin, accept=accept)).rstrip("\n")


def command(*arguments: str) -> list[str]:
    """The argument vector of a git command of hagen's."""
    return ["git", *(word for setting in _SETTINGS for word in ("-c", setting)), *arguments]


def failure(directory: Path, arguments: tuple[str, ...], stderr: bytes) -> HagenError:
    """The error for a git command that failed, with git's own words and, where it gives any, its advice."""
    lines = tuple(line.strip() for line in stderr.decode(errors="replace").splitlines() if line.strip())
    advice = next((line for line in lines if line.startswith("git config --global --add safe.directory")), "")
    if advice:
        return HagenError(
            f"git does not trust {directory}: it belongs to another user.", remedy=f"Run: {advice}", details=lines
        )
    after_options = arguments[2:] if arguments[0] == "-c" else arguments
    subcommand = next(word for word in after_options if not word.startswith("-"))
    return HagenError(
        f"git {subcommand} failed in {directory}.",
        remedy="Set right what git says, then run hagen again.",
        details=lines,
    )


def require_git(git: Git) -> None:
    """Raise HagenError when git is missing or too old."""
    words = git.text("version")
    found = re.search(r"(\d+)\.(\d+)", words)
    if not found or (int(found[1]), int(found[2])) < _OLDEST:
        raise HagenError(f"hagen needs git 2.38 or newer, but found: {words}", remedy="Install a newer git.")


def with_identity(git: Git) -> Git:
    """Git that can commit: the user's name and address as configured; `hagen <hagen@localhost>` where there is none."""
    listing = git.text(
        "config", "-z", "--name-only", "--get-regexp", r"^(user|author|committer)\.(name|email)$", accept=(0, 1)
    )
    known = set(listing.split("\0"))
    missing = {}
    for role in ("author", "committer"):
        for field, fallback in (("name", "hagen"), ("email", "hagen@localhost")):
            variable = f"GIT_{role}_{field}".upper()
            configured = {f"user.{field}", f"{role}.{field}"} & known or git.environment.get(variable)
            if not configured and not (field == "email" and git.environment.get("EMAIL")):
                missing[variable] = fallback
    return git.with_environment(**missing)
