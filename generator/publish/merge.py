"""Plans how a render commit gets into the checked-out branch, without touching branch or work tree."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..errors import HagenError
from .git import Git
from .objects import Entry, Tree, read_tree, write_tree
from .outcome import Action
from .renders import merge_trees


@dataclass(frozen=True, slots=True)
class Merge:
    """What the branch is to become: `target` is a commit, except in a conflict, where it is the tree with markers.

    `restored` are paths whose edits by hand the target does not have.
    """

    action: Action
    target: str
    conflicts: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bound:
    """Paths that have to be as the render has them, whatever was edited by hand; `scratch` is a free folder."""

    paths: frozenset[str]
    scratch: Path


def plan_merge(git: Git, *, head: str | None, render: str, cluster: str, bound: Bound | None = None) -> Merge:
    """Fast-forward where nothing was edited by hand, else git's merge, computed aside. Writes objects, no refs."""
    if head is None:
        return Merge(Action.CREATED, render)
    if head == render:
        return Merge(Action.UNCHANGED, head)
    ours, theirs = git.text("rev-list", "--left-right", "--count", f"{head}...{render}").split()
    if ours == "0":
        return Merge(Action.UPDATED, render)
    if theirs == "0" and not bound:
        return Merge(Action.UNCHANGED, head)
    return _merge(git, head, render, cluster, bound, news=theirs != "0")


def _merge(git: Git, head: str, render: str, cluster: str, bound: Bound | None, *, news: bool) -> Merge:
    """A branch with edits by hand; without `news` it has the render already."""
    before = git.text("rev-parse", f"{head}^{{tree}}")
    tree, conflicts = before, frozenset[str]()
    if news:
        _refuse_shallow(git, head, render)
        tree, conflicts = merge_trees(git, head, render)
    if conflicts - (bound.paths if bound else frozenset()):
        return Merge(Action.CONFLICT, tree, tuple(sorted(conflicts)))
    tree, restored = _restore(git, tree, render, bound) if bound else (tree, ())
    # A render that brings nothing new to the files is merged all the same: the next one's changes count from it. Who
    # wrote into the files what hagen then rendered would otherwise get a conflict at the change after that.
    if tree == before and not news:
        return Merge(Action.UNCHANGED, head)
    parents = ("-p", head, "-p", render) if news else ("-p", head)
    message = _message(cluster, restored, merging=news)
    target = git.text("commit-tree", tree, *parents, "-F", "-", stdin=message.encode())
    return Merge(Action.MERGED if news else Action.RESTORED, target, restored=restored)


def _restore(git: Git, tree: str, render: str, bound: Bound) -> tuple[str, tuple[str, ...]]:
    """The tree with what the render has at the bound paths, and where that differs."""
    found, rendered = read_tree(git, tree), read_tree(git, render)
    differing = tuple(sorted(path for path in bound.paths if found.get(path) != rendered.get(path)))
    if not differing:
        return tree, ()
    new: dict[str, Entry] = {path: rendered[path] for path in differing if path in rendered}
    kept = {path: entry for path, entry in found.items() if path not in differing}
    return write_tree(git, {**_beside(kept, new), **new}, bound.scratch / "index"), differing


def _beside(kept: Tree, new: Iterable[str]) -> dict[str, Entry]:
    """What can stay: no file where a new one needs a folder, no folder where there is to be a file."""
    files = set(new)
    folders = {str(parent) for path in files for parent in PurePosixPath(path).parents}
    return {
        path: entry
        for path, entry in kept.items()
        if path not in folders and files.isdisjoint(map(str, PurePosixPath(path).parents))
    }


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


def _message(cluster: str, restored: tuple[str, ...], *, merging: bool) -> str:
    subject = merge_message(cluster) if merging else f"Put back what was rendered for cluster {cluster}"
    return "\n".join([subject, *(["", "Edits by hand that were undone:", *restored] if restored else [])])
