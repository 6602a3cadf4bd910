"""Plans how a render commit gets into the checked-out branch, without touching branch or work tree."""

from dataclasses import dataclass

from ..errors import HagenError
from .git import Git
from .outcome import Action
from .renders import merge_trees


@dataclass(frozen=True, slots=True)
class Merge:
    """What the branch is to become: `target` is a commit, except in a conflict, where it is the tree with markers."""

    action: Action
    target: str
    conflicts: tuple[str, ...] = ()


def plan_merge(git: Git, *, head: str | None, render: str, cluster: str) -> Merge:
    """Fast-forward where nothing was edited by hand, else git's merge, computed aside. Writes objects, no refs."""
    if head is None:
        return Merge(Action.CREATED, render)
    if head == render:
        return Merge(Action.UNCHANGED, head)
    ours, theirs = git.text("rev-list", "--left-right", "--count", f"{head}...{render}").split()
    if theirs == "0":
        return Merge(Action.UNCHANGED, head)
    if ours == "0":
        return Merge(Action.UPDATED, render)
    _refuse_shallow(git, head, render)
    tree, conflicts = merge_trees(git, head, render)
    if not conflicts and tree == git.text("rev-parse", f"{head}^{{tree}}"):
        return Merge(Action.UNCHANGED, head)
    if conflicts:
        return Merge(Action.CONFLICT, tree, tuple(sorted(conflicts)))
    message = merge_message(cluster)
    target = git.text("commit-tree", tree, "-p", head, "-p", render, "-m", message)
    return Merge(Action.MERGED, target)


def _refuse_shallow(git: Git, head: str, render: str) -> None:
    """Raise HagenError where a shallow history hides the last render: all edits by hand would look like conflicts."""
    related = git.text("merge-base", head, render, accept=(0, 1))
    if not related and git.text("rev-parse", "--is-shallow-repository") == "true":
        raise HagenError(
            "This clone is shallow, and the last render lies beyond its history.",
            remedy="Run: git fetch --unshallow origin, then run hagen again.",
        )


def merge_message(cluster: str) -> str:
    """The subject of a merge commit; it carries no trailers, for it is no render."""
    return f"Merge the render of cluster {cluster}"
