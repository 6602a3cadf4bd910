"""The repository as it is found: where its parts are, what is checked out, and why hagen would not touch it."""

import os
import shlex
from dataclasses import dataclass
from pathlib import Path

from ..errors import HagenError
from .git import Git, failure

# Where the renders of all clusters live, without edits by hand.
RENDERED_BRANCH = "hagen/rendered"
RENDERED_REF = f"refs/heads/{RENDERED_BRANCH}"

_LISTED = 10
# A file in the git directory -> what git is in the middle of.
_UNFINISHED = {
    "MERGE_HEAD": ("merge", "git merge --continue, or: git merge --abort"),
    "rebase-merge": ("rebase", "git rebase --continue, or: git rebase --abort"),
    "rebase-apply": ("rebase", "git rebase --continue, or: git rebase --abort"),
    "CHERRY_PICK_HEAD": ("cherry-pick", "git cherry-pick --continue, or: git cherry-pick --abort"),
    "REVERT_HEAD": ("revert", "git revert --continue, or: git revert --abort"),
    "sequencer": ("cherry-pick or revert", "git cherry-pick --continue, or: git cherry-pick --abort"),
    "BISECT_LOG": ("bisect", "git bisect reset"),
}


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository with a work tree. `common_dir` differs from `git_dir` in a linked work tree (`git worktree`)."""

    directory: Path
    git_dir: Path
    common_dir: Path
    algorithm: str  # of the object ids: sha1 or sha256
    git: Git

    @property
    def lock_path(self) -> Path:
        """The lock that all work trees of the repository share."""
        return self.common_dir / "hagen" / "lock"

    @property
    def state_dir(self) -> Path:
        """Where hagen keeps the journal and copies of this work tree."""
        return self.git_dir / "hagen"


@dataclass(frozen=True, slots=True)
class Checkout:
    """What is checked out: the branch (None when detached), its commit (None when unborn), files with changes."""

    branch: str | None
    head: str | None
    dirty: tuple[str, ...] = ()

    @property
    def ref(self) -> str:
        """The full name of the branch."""
        return f"refs/heads/{self.branch}"


def discover(git: Git) -> Repository:
    """The repository whose top level is git's directory; HagenError when there is none, or it cannot be used."""
    directory = git.directory
    question = (
        *("rev-parse", "--path-format=absolute", "--is-bare-repository", "--is-inside-work-tree"),
        *("--absolute-git-dir", "--git-common-dir", "--show-object-format", "--show-prefix"),
    )
    result = git.call(*question)
    if b"not a git repository" in result.stderr:
        raise _no_repository(directory)
    if result.returncode:
        raise failure(directory, question, result.stderr)
    bare, inside, git_dir, common_dir, algorithm, prefix = os.fsdecode(result.stdout).split("\n")[:6]
    if bare == "true" or inside != "true":
        raise HagenError(
            f"{directory} is a bare repository, or lies within one: it has no files to render into.",
            remedy="Clone it, and render into the clone.",
        )
    if prefix:
        raise HagenError(
            f"{directory} lies within another git repository, and is not empty.",
            remedy="Give the top directory of that repository, or one that is empty, or use --plain.",
        )
    return Repository(directory, Path(git_dir), Path(common_dir), algorithm, git)


def read_checkout(git: Git) -> Checkout:
    """What is checked out, without writing anything (not even the index)."""
    output = git.text(
        *("status", "--porcelain=v2", "--branch", "-z", "--no-renames", "--no-ahead-behind"),
        *("--untracked-files=no", "--ignore-submodules=dirty"),
    )
    entries = [entry for entry in output.split("\0") if entry]
    headers = dict(entry[2:].split(" ", 1) for entry in entries if entry.startswith("# "))
    # "1 XY sub mH mI mW hH hI path", and "u XY sub m1 m2 m3 mW h1 h2 h3 path" for a conflict
    dirty = [entry.split(" ", 8 if entry[0] == "1" else 10)[-1] for entry in entries if entry[0] in "1u"]
    branch, oid = headers["branch.head"], headers["branch.oid"]
    return Checkout(
        branch=None if branch == "(detached)" else branch,
        head=None if oid == "(initial)" else oid,
        dirty=tuple(dirty),
    )


def refuse_unready(repository: Repository, checkout: Checkout) -> None:
    """Raise HagenError unless a merge could start in this work tree now."""
    directory = repository.directory
    _refuse_unfinished(repository)
    if checkout.branch is None:
        raise HagenError(f"No branch is checked out in {directory} (detached HEAD).", remedy="Run: git switch main")
    if checkout.branch == RENDERED_BRANCH:
        raise HagenError(
            f"The branch {RENDERED_BRANCH} is checked out in {directory}; it is hagen's own.",
            remedy="Run: git switch main",
        )
    if checkout.dirty:
        raise HagenError(
            f"{len(checkout.dirty)} tracked file(s) in {directory} have changes that are not committed.",
            remedy="Keep them with: git commit --all --message 'Edits by hand'\n"
            "or put them aside with: git stash push, and bring them back afterwards with: git stash pop",
            details=listed(checkout.dirty),
        )
    for path in (directory, repository.git_dir, repository.common_dir):
        if not os.access(path, os.W_OK | os.X_OK):
            raise HagenError(f"{path} is not writable.", remedy="Run hagen as the user it belongs to.")


def _refuse_unfinished(repository: Repository) -> None:
    directory = repository.directory
    for name, (what, remedy) in _UNFINISHED.items():
        if (repository.git_dir / name).exists():
            raise HagenError(f"A {what} is in progress in {directory}.", remedy=f"Finish it first: {remedy}")
    lock = repository.git_dir / "index.lock"
    if lock.exists():
        raise HagenError(
            f"Another git process is at work in {directory}, or one has died there.",
            remedy=f"Wait for it to end; if none is running: rm {shlex.quote(str(lock))}",
        )


def listed(paths: tuple[str, ...]) -> tuple[str, ...]:
    """The first paths, and how many more there are."""
    rest = len(paths) - _LISTED
    return paths[:_LISTED] + ((f"... and {rest} more",) if rest > 0 else ())


def _no_repository(directory: Path) -> HagenError:
    return HagenError(
        f"{directory} is not empty, and is not a git repository.",
        remedy="Render into an absent or empty directory, or use --plain to write files without git. "
        f"To let hagen merge into what is there: git init {shlex.quote(str(directory))}",
    )
