"""Shows what a publication would do, and writes nothing."""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ..files import Render, RenderedFile
from .create import is_vacant, make_repository
from .detached import PENDING
from .git import Git, require_git, with_identity
from .journal import journal_path
from .lock import WAIT_SECONDS, hold
from .manifest import read_manifest
from .merge import plan_merge
from .objects import blob_id, changes_of, diff_trees, empty_tree, write_blobs, write_tree
from .outcome import Preview
from .paths import check_paths
from .plain import finish_pending, refuse_published
from .plain_plan import plan_plain
from .readable import readable_errors
from .recovery import recover
from .render_commit import commit_render
from .renders import Renders, find_renders
from .repository import Checkout, Repository, discover, read_checkout


def preview(directory: Path, files: Render, *, cluster: str, plain: bool = False, color: bool = False) -> Preview:
    """What `publish` (or, with `plain`, `write_plain`) would change, compared with what is checked out now.

    Changes that are not committed are left out of account. With `color` the diff has terminal colours. Only what an
    interrupted run has left half done is finished first; nothing else in `directory` is written.
    """
    with readable_errors(directory), tempfile.TemporaryDirectory(prefix="hagen-") as scratch:
        directory = directory.resolve()
        check_paths(files)
        aside = Path(scratch)
        require_git(Git.at(aside))
        if plain:
            return _preview_plain(directory, files, aside, cluster=cluster, color=color)
        return _preview_git(directory, files, aside, cluster=cluster, color=color)


def _preview_git(directory: Path, files: Render, aside: Path, *, cluster: str, color: bool) -> Preview:
    if is_vacant(directory):
        repository, checkout, renders = _new_repository(aside), Checkout("main", head=None), Renders()
    else:
        repository = discover(Git.at(directory))
        _recover(repository)
        repository = replace(repository, git=_writing_aside(repository, aside))
        checkout = read_checkout(repository.git)
        renders = find_renders(repository.git, checkout.head)
    git, algorithm = with_identity(repository.git), repository.algorithm
    commit = commit_render(git, files, renders, cluster=cluster, version="preview", algorithm=algorithm, scratch=aside)
    merge = plan_merge(git, head=checkout.head, render=commit, cluster=cluster)
    old = checkout.head or empty_tree(algorithm)
    changes = changes_of(diff_trees(git, old, merge.target), merge.conflicts)
    return Preview(directory, changes, _diff(git, old, merge.target, color=color), merge.conflicts)


def _preview_plain(directory: Path, files: Render, aside: Path, *, cluster: str, color: bool) -> Preview:
    refuse_published(directory)
    if not is_vacant(directory) and (directory / PENDING).exists():
        with hold(directory, wait_seconds=WAIT_SECONDS):
            finish_pending(directory)
    plan = plan_plain(directory, files, read_manifest(directory), cluster=cluster)
    gone = (*plan.changes.changed, *plan.changes.removed)
    before = {path: _read(directory / path) for path in gone}
    after = {path: write.file for path, write in plan.writes.items()}
    repository = _new_repository(aside)
    trees = [_tree_of(repository, part, aside) for part in (before, after)]
    return Preview(directory, plan.changes, _diff(repository.git, *trees, color=color), plan.refused)


def _new_repository(aside: Path) -> Repository:
    directory = aside / "repository"
    directory.mkdir()
    make_repository(Git.at(directory), "main")
    return discover(Git.at(directory))


def _recover(repository: Repository) -> None:
    if journal_path(repository).exists():
        with hold(repository.lock_path, wait_seconds=WAIT_SECONDS) as lock:
            recover(replace(repository, git=repository.git.inheriting(lock)))


def _writing_aside(repository: Repository, aside: Path) -> Git:
    """Git that reads the repository's objects and writes new ones elsewhere."""
    objects = aside / "objects"
    objects.mkdir()
    # In quotes, for a bare colon would separate two paths.
    existing = str(repository.common_dir / "objects").replace("\\", "\\\\").replace('"', '\\"')
    return repository.git.with_environment(
        GIT_OBJECT_DIRECTORY=str(objects), GIT_ALTERNATE_OBJECT_DIRECTORIES=f'"{existing}"'
    )


def _diff(git: Git, old: str, new: str, *, color: bool) -> str:
    options = ("--no-ext-diff", "--no-textconv", f"--color={'always' if color else 'never'}")
    return git.run("diff", *options, old, new).decode(errors="replace")


def _tree_of(repository: Repository, files: Mapping[str, RenderedFile], aside: Path) -> str:
    algorithm = repository.algorithm
    write_blobs(repository.git, [file.content for file in files.values()], algorithm)
    entries = {path: (file.mode, blob_id(file.content, algorithm)) for path, file in files.items()}
    return write_tree(repository.git, entries, aside / "index")


def _read(path: Path) -> RenderedFile:
    return RenderedFile(path.read_bytes(), os.access(path, os.X_OK))
