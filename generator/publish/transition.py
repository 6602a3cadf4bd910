"""Brings branch and work tree to the planned state: first a journal, then a detached process that ends by itself."""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from ..errors import HagenError
from . import detached
from .git import Git, command, failure
from .journal import Journal, Step, journal_path, write_journal
from .merge import Merge, merge_message
from .objects import Tree, empty_tree
from .outcome import Action
from .renders import Renders
from .repository import RENDERED_REF, Checkout, Repository


def plan_transition(
    repository: Repository,
    checkout: Checkout,
    renders: Renders,
    merge: Merge,
    *,
    render: str,
    cluster: str,
    adopted: Tree,
) -> Journal:
    """The journal with all steps. `adopted` are untracked files on disk that already are as the target has them."""
    conflict = merge.action is Action.CONFLICT
    move_render = move_ref(RENDERED_REF, render, renders.local)
    if conflict:
        steps = [_merge_step(render, cluster), _update_refs(move_render, cluster)]
    else:
        old = checkout.head or empty_tree(repository.algorithm)
        move_branch = move_ref(checkout.ref, merge.target, checkout.head)
        # Unless refreshed, git takes files whose times differ from the index (a copied directory) for changed ones.
        refresh = _step("update-index", "-q", "--refresh", accept=(0, 1))
        steps = [*_adopt(adopted), refresh, _read_tree(old, merge.target)]
        steps += [_update_refs(move_branch + move_render, cluster)]
    return Journal(
        branch=checkout.ref,
        old=checkout.head,
        target=merge.target,
        render=render,
        previous_render=renders.local,
        conflict=conflict,
        steps=tuple(steps),
    )


def move_ref(ref: str, new: str, old: str | None) -> str:
    """A line for `update-ref --stdin -z`: the ref moves only if it still stands at `old` (None: does not exist)."""
    return f"update {ref}\0{new}\0{old or '0' * len(new)}\0"


def run_transition(repository: Repository, journal: Journal, *, roll_back: Callable[[Journal], object]) -> None:
    """Let the detached process do it, and wait for it; when it fails, `roll_back` and raise HagenError."""
    path = journal_path(repository)
    write_journal(path, journal)
    code, stderr = run_detached(repository.git, "git", repository.directory, path)
    if code:
        roll_back(journal)
        raise failure(repository.directory, ("merge",), stderr)


def run_inline(git: Git, journal: Journal) -> None:
    """Run the steps in this process: for a repository that nobody sees yet."""
    for step in journal.steps:
        git.run(*step.arguments, stdin=step.stdin.encode("utf-8", "surrogateescape"), accept=step.accept)


def run_detached(git: Git, kind: str, directory: Path, *arguments: Path) -> tuple[int, bytes]:
    """Start `detached` in a session of its own with git's descriptors, wait for it: its exit code and error output.

    An interrupt from the keyboard is kept back until it has ended.
    """
    # -S and -I: nothing but the standard library, whatever the environment says.
    program = [sys.executable, "-I", "-S", detached.__file__, kind, str(directory), *map(str, arguments)]
    with tempfile.TemporaryFile() as stderr:  # no pipe: writing must not fail when nobody reads any more
        try:
            child = subprocess.Popen(
                program,
                cwd=directory,
                env=git.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                start_new_session=True,
                pass_fds=git.inherit,
            )
        except OSError as error:
            raise HagenError(f"{sys.executable} cannot be started.", details=(str(error),)) from error
        code = _wait(child)
        stderr.seek(0)
        return code, stderr.read()


def _wait(child: subprocess.Popen[bytes]) -> int:
    interrupted: KeyboardInterrupt | None = None
    while True:
        try:
            code = child.wait()
        except KeyboardInterrupt as error:
            interrupted = error
        else:
            if interrupted:
                raise interrupted
            return code


def _step(*arguments: str, stdin: str = "", accept: tuple[int, ...] = (0,)) -> Step:
    return Step(tuple(command(*arguments)[1:]), stdin, accept)


def _adopt(files: Tree) -> list[Step]:
    lines = "".join(f"{mode} {oid}\t{path}\0" for path, (mode, oid) in files.items())
    return [_step("update-index", "-z", "--index-info", stdin=lines)] if files else []


def _read_tree(old: str, new: str) -> Step:
    return _step("read-tree", "-m", "-u", "--no-recurse-submodules", old, new)


def _update_refs(lines: str, cluster: str) -> Step:
    return _step("update-ref", "-m", f"hagen: render cluster {cluster}", "--stdin", "-z", stdin=lines)


def _merge_step(render: str, cluster: str) -> Step:
    options = ("--no-ff", "--no-commit", "--no-verify-signatures", "--allow-unrelated-histories", "--no-autostash")
    message = merge_message(cluster)
    return _step("merge", "--strategy=ort", *options, "-m", message, render, accept=(1,))
