"""Turns a render into a commit whose parents are the earlier renders."""

from pathlib import Path

from ..files import Render
from .compose import compose
from .git import Git
from .objects import Entry, Tree, blob_id, write_blobs, write_tree
from .outcome import Changes
from .renders import Renders, previous_files


def commit_render(
    git: Git, files: Render, renders: Renders, *, cluster: str, version: str, algorithm: str, scratch: Path
) -> str:
    """The commit of this render: a new one, or the only tip when that has the same files. Writes objects, no refs.

    `scratch` is a directory for a temporary index.
    """
    previous = previous_files(git, renders)
    blobs = {blob_id(file.content, algorithm): file.content for file in files.values()}
    rendered: dict[str, Entry] = {path: (file.mode, blob_id(file.content, algorithm)) for path, file in files.items()}
    primary = renders.primary or cluster
    composed = compose(previous, rendered, cluster=cluster, primary=renders.primary)
    if len(renders.tips) == 1 and composed == previous:
        return renders.tips[0].commit
    known = {oid for _, oid in previous.values()}
    taken = {oid for _, oid in composed.values()}
    write_blobs(git, [content for oid, content in blobs.items() if oid in taken - known], algorithm)
    tree = write_tree(git, composed, scratch / "index")
    parents = [word for tip in renders.tips for word in ("-p", tip.commit)]
    message = _message(compare(previous, composed), cluster=cluster, version=version, primary=primary, tree=tree)
    return git.text("commit-tree", tree, *parents, "-F", "-", stdin=message.encode())


def compare(old: Tree, new: Tree) -> Changes:
    """What differs between two sets of files."""
    return Changes(
        added=tuple(sorted(new.keys() - old.keys())),
        changed=tuple(sorted(path for path in new.keys() & old.keys() if new[path] != old[path])),
        removed=tuple(sorted(old.keys() - new.keys())),
    )


def _message(changes: Changes, *, cluster: str, version: str, primary: str, tree: str) -> str:
    counts = f"{len(changes.added)} files added, {len(changes.changed)} changed, {len(changes.removed)} removed."
    trailers = f"Hagen-Cluster: {cluster}\nHagen-Version: {version}\nHagen-Primary: {primary}\nHagen-Tree: {tree}\n"
    return f"Render cluster {cluster}\n\n{counts}\n\n{trailers}"
