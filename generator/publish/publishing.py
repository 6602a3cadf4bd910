"""The last stage of a render: into the directory, through git, so that edits made there by hand survive."""

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from ..files import Render
from .create import initialise, is_replaceable, is_vacant, make_repository, put_in_place, sibling
from .git import Git, require_git, with_identity
from .lock import WAIT_SECONDS, hold
from .merge import Bound, Merge, plan_merge
from .objects import changes_of, diff_trees, empty_tree, read_tree
from .outcome import Action, Changes, Outcome
from .paths import check_paths
from .readable import readable_errors
from .recovery import recover, roll_back
from .render_commit import commit_render
from .renders import Renders, find_renders, refuse_checked_out_elsewhere
from .repository import RENDERED_REF, Checkout, Repository, discover, read_checkout, refuse_unready
from .transition import move_ref, plan_transition, run_inline, run_transition
from .worktree import adopt_untracked

_CONFLICT_REMEDY = (
    "Edit the conflicted files, then: git add <files> && git commit\nTo give up the merge instead: git merge --abort"
)


@dataclass(frozen=True, slots=True)
class Request:
    """One cluster's render, the version of hagen that made it, and the paths where edits by hand do not count."""

    files: Render
    cluster: str
    version: str
    bound: frozenset[str]


def publish(
    directory: Path,
    files: Render,
    *,
    cluster: str,
    version: str,
    bound: frozenset[str] = frozenset(),
    branch: str = "main",
    wait_seconds: float = WAIT_SECONDS,
) -> Outcome:
    """Put a render of `cluster` into `directory` as a commit on `hagen/rendered`, merged into the checked-out branch.

    A directory that is absent or empty becomes a repository with the branch `branch`. Another run's lock is waited
    for `wait_seconds`. At the paths in `bound` the render has the last word: what was edited, added or deleted there by
    hand is undone. A conflict is an outcome; what hinders the publication is a HagenError, and then nothing has
    changed. When the process is killed, the directory is afterwards in the old or in the new state.
    """
    request = Request(files, cluster, version, bound)
    with readable_errors(directory):
        directory = directory.resolve()
        check_paths(files)
        require_git(Git.at(Path("/")))
        if is_vacant(directory):
            if is_replaceable(directory) and (outcome := _create(directory, request, branch)):
                return outcome
            if is_vacant(directory):
                initialise(directory, branch)
        repository = discover(Git.at(directory))
        with hold(repository.lock_path, wait_seconds=wait_seconds) as lock:
            repository = replace(repository, git=with_identity(repository.git.inheriting(lock)))
            recovered = recover(repository)
            return replace(_merge_into(repository, request), recovered=recovered)


def _create(directory: Path, request: Request, branch: str) -> Outcome | None:
    """A new repository, built aside and put in place at once; None when another run was faster."""
    with sibling(directory) as (aside, lock):
        make_repository(Git.at(aside).inheriting(lock), branch)
        repository = discover(Git.at(aside).inheriting(lock))
        repository = replace(repository, git=with_identity(repository.git))
        repository.state_dir.mkdir()
        repository.lock_path.touch()
        checkout, nothing = Checkout(branch, head=None), Renders()
        commit = _commit(repository, nothing, request)
        merge = Merge(Action.CREATED, commit)
        journal = plan_transition(
            repository, checkout, nothing, merge, render=commit, cluster=request.cluster, adopted={}
        )
        run_inline(repository.git, journal)
        if not put_in_place(aside, directory):
            return None
    return _outcome(directory, checkout, merge, commit, Changes(added=tuple(sorted(request.files))))


def _merge_into(repository: Repository, request: Request) -> Outcome:
    """Commit the render and merge it into the checked-out branch of an existing repository."""
    git, directory = repository.git, repository.directory
    checkout = read_checkout(git)
    refuse_unready(repository, checkout)
    renders = find_renders(git, checkout.head)
    commit = _commit(repository, renders, request)
    if commit != renders.local:
        refuse_checked_out_elsewhere(git)
    bound = Bound(request.bound, repository.state_dir) if request.bound else None
    merge = plan_merge(git, head=checkout.head, render=commit, cluster=request.cluster, bound=bound)
    if merge.action is Action.UNCHANGED:
        if commit != renders.local:
            git.run("update-ref", "--stdin", "-z", stdin=move_ref(RENDERED_REF, commit, renders.local).encode())
        return _outcome(directory, checkout, merge, commit, Changes())
    old = checkout.head or empty_tree(repository.algorithm)
    differences = diff_trees(git, old, merge.target)
    added = {path: new for path, (before, new) in differences.items() if new and not before}
    adopted = adopt_untracked(directory, added, partial(read_tree, git, old), repository.algorithm)
    journal = plan_transition(
        repository, checkout, renders, merge, render=commit, cluster=request.cluster, adopted=adopted
    )
    run_transition(repository, journal, roll_back=partial(roll_back, repository))
    return _outcome(directory, checkout, merge, commit, changes_of(differences, merge.conflicts))


def _commit(repository: Repository, renders: Renders, request: Request) -> str:
    return commit_render(
        repository.git,
        request.files,
        renders,
        cluster=request.cluster,
        version=request.version,
        algorithm=repository.algorithm,
        scratch=repository.state_dir,
    )


def _outcome(directory: Path, checkout: Checkout, merge: Merge, commit: str, changes: Changes) -> Outcome:
    conflict = merge.action is Action.CONFLICT
    return Outcome(
        action=merge.action,
        directory=directory,
        branch=checkout.branch,
        render_commit=commit,
        head=checkout.head if conflict else merge.target,
        changes=changes,
        conflicts=merge.conflicts,
        restored=merge.restored,
        remedy=_CONFLICT_REMEDY if conflict else "",
    )
