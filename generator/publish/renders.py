"""Earlier renders: the commits that the next one builds on, and the files and primary cluster they carry."""

import shlex
from dataclasses import dataclass

from ..errors import HagenError
from .git import Git
from .objects import Entry, read_tree
from .repository import RENDERED_BRANCH, RENDERED_REF

_COMMIT_FORMAT = (
    "%H%x00%T%x00%(trailers:key=Hagen-Tree,valueonly,separator=%x2C)"
    "%x00%(trailers:key=Hagen-Primary,valueonly,separator=%x2C)"
    "%x00%(trailers:key=Hagen-Cluster,valueonly,separator=%x2C)%x00%ct"
)
_COMMIT_FIELDS = 6


@dataclass(frozen=True, slots=True)
class Tip:
    """A render commit that no other render builds on."""

    commit: str
    tree: str
    recorded_tree: str  # as the commit's trailer says
    primary: str | None
    date: int  # seconds since 1970


@dataclass(frozen=True, slots=True)
class Renders:
    """The tips, newest first, and where the local branch stands (None: there is none)."""

    tips: tuple[Tip, ...] = ()
    local: str | None = None

    @property
    def primary(self) -> str | None:
        """The cluster whose render made the shared files; None before the first render."""
        return next((tip.primary for tip in self.tips if tip.primary), None)


def find_renders(git: Git, head: str | None) -> Renders:
    """Look at the branch `hagen/rendered`, local and in each remote, and for renders in the history of `head`.

    A clone whose remote has no such branch knows the earlier renders from its history alone.
    """
    pattern = f"refs/remotes/**/{RENDERED_BRANCH}"
    listing = git.text("for-each-ref", "--format=%(objectname) %(refname)", RENDERED_REF, pattern)
    refs = {ref: oid for oid, ref in (line.split(" ", 1) for line in listing.splitlines())}
    candidates = list(dict.fromkeys(refs.values()))
    if head is not None:
        candidates += _newest_in_history(git, head, candidates)
    if len(candidates) > 1:
        candidates = git.text("merge-base", "--independent", *candidates).splitlines()
    if not candidates:
        return Renders()
    tips = _read_commits(git, "--no-walk=unsorted", *candidates)
    return Renders(tuple(sorted(tips, key=lambda tip: (tip.date, tip.commit), reverse=True)), refs.get(RENDERED_REF))


def previous_files(git: Git, renders: Renders) -> dict[str, Entry]:
    """What the earlier renders hold together: git's merge of the tips, and where they clash the newest one's files."""
    if not renders.tips:
        return {}
    newest = renders.tips[0]
    files, base = read_tree(git, newest.tree), newest.commit
    for tip in renders.tips[1:]:
        tree, conflicts = merge_trees(git, base, tip.commit)
        merged = read_tree(git, tree)
        undisputed = {path: entry for path, entry in merged.items() if path not in conflicts}
        files = undisputed | {path: files[path] for path in conflicts if path in files}
        base = git.text("commit-tree", tree, "-p", base, "-p", tip.commit, "-m", "Renders of several origins")
    return files


def merge_trees(git: Git, ours: str, theirs: str) -> tuple[str, frozenset[str]]:
    """Git's merge of two commits, computed aside: the tree (with markers in it) and the conflicted paths."""
    arguments = ("merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", "--allow-unrelated-histories")
    fields = git.text(*arguments, ours, theirs, accept=(0, 1)).split("\0")
    return fields[0], frozenset(path for path in fields[1:] if path)


def _newest_in_history(git: Git, head: str, known: list[str]) -> list[str]:
    """The newest render in the history of `head` that the known ones do not include.

    A commit counts when its tree is the one that its trailer names: a render that was squashed or cherry-picked onto
    edits by hand is none, and as a base of the merge it would make git take those edits back.
    """
    found = _read_commits(git, "--basic-regexp", "--grep=^Hagen-Cluster: ", head, "--not", *known)
    return next(([tip.commit] for tip in found if tip.tree == tip.recorded_tree), [])


def _read_commits(git: Git, *selection: str) -> list[Tip]:
    output = git.text("log", "--no-show-signature", "-z", f"--format={_COMMIT_FORMAT}", *selection, "--")
    fields = output.split("\0")
    rows = [fields[at : at + _COMMIT_FIELDS] for at in range(0, len(fields) - 1, _COMMIT_FIELDS)]
    return [
        Tip(commit, tree, recorded, primary or cluster or None, int(date))
        for commit, tree, recorded, primary, cluster, date in rows
    ]


def refuse_checked_out_elsewhere(git: Git) -> None:
    """Raise HagenError when a linked work tree has hagen's branch checked out: moving it would surprise that one."""
    elsewhere = git.text("for-each-ref", "--format=%(worktreepath)", RENDERED_REF)
    if elsewhere:
        raise HagenError(
            f"The branch {RENDERED_BRANCH} is checked out in {elsewhere}; it is hagen's own.",
            remedy=f"Run: git -C {shlex.quote(elsewhere)} switch --detach",
        )
