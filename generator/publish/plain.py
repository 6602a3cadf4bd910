"""Writes a render as plain files, without git: never over a file that hagen did not write."""

import json
import os
import shutil
from pathlib import Path

from ..errors import HagenError
from ..files import Render, RenderedFile
from .create import is_replaceable, is_vacant, put_in_place, sibling
from .detached import PENDING, PLAN, apply_pending
from .git import Git
from .lock import WAIT_SECONDS, hold
from .manifest import MANIFEST, Manifest, read_manifest
from .outcome import Action, Outcome
from .paths import check_paths
from .plain_plan import PlainPlan, digest_of, plan_plain
from .readable import readable_errors
from .repository import RENDERED_BRANCH, RENDERED_REF
from .transition import run_detached

_STAGING = ".hagen-staging"


def write_plain(directory: Path, files: Render, *, cluster: str, wait_seconds: float = WAIT_SECONDS) -> Outcome:
    """Write a render of `cluster` below `directory` and remove what it no longer has.

    HagenError, with all paths in `details`, when files are in the way that hagen did not write or that were edited by
    hand; then nothing has changed. Files edited by hand that are no longer rendered stay (`Outcome.kept`). When the
    process is killed, the next run finishes what this one has begun.
    """
    with readable_errors(directory):
        directory = directory.resolve()
        check_paths(files)
        refuse_published(directory)
        if is_vacant(directory) and is_replaceable(directory) and (outcome := _create(directory, files, cluster)):
            return outcome
        with hold(directory, wait_seconds=wait_seconds) as lock:
            recovered = finish_pending(directory)
            manifest = read_manifest(directory)
            plan = plan_plain(directory, files, manifest, cluster=cluster)
            _refuse(directory, plan)
            if not plan.changes and plan.manifest.encode() == manifest.encode():
                return Outcome(Action.UNCHANGED, directory, kept=plan.kept, recovered=recovered)
            _stage(directory, plan)
            _apply(directory, lock)
            action = Action.UPDATED if manifest.files else Action.CREATED
            return Outcome(action, directory, changes=plan.changes, kept=plan.kept, recovered=recovered)


def finish_pending(directory: Path) -> tuple[Path, ...]:
    """Under the lock: finish what a killed run had begun; copies of files that were edited since."""
    pending = directory / PENDING
    if (pending / PLAN).exists():
        return tuple(apply_pending(directory))
    for leftover in (pending, directory / _STAGING):
        if leftover.exists():
            shutil.rmtree(leftover)
    return ()


def refuse_published(directory: Path) -> None:
    """Raise HagenError where `publish` is at work: git would take plain files for edits by hand."""
    if os.path.lexists(directory / ".git") and Git.at(directory).text("for-each-ref", RENDERED_REF):
        raise HagenError(
            f"{directory} is a git repository with the branch {RENDERED_BRANCH}: it is rendered through git.",
            remedy="Leave out --plain, or give another directory.",
        )


def _create(directory: Path, files: Render, cluster: str) -> Outcome | None:
    """A new directory, written aside and put in place at once; None when another run was faster."""
    with sibling(directory) as (aside, _):
        for path, file in files.items():
            _write(aside / path, file)
        manifest = Manifest({path: digest_of(file) for path, file in files.items()}, cluster)
        (aside / MANIFEST).write_bytes(manifest.encode())
        plan = plan_plain(directory, files, Manifest(), cluster=cluster)
        return Outcome(Action.CREATED, directory, changes=plan.changes) if put_in_place(aside, directory) else None


def _refuse(directory: Path, plan: PlainPlan) -> None:
    if plan.refused:
        raise HagenError(
            f"{len(plan.refused)} file(s) in {directory} are in the way: hagen did not write them, "
            "or they were edited by hand since.",
            remedy="Move them away, or render through git (without --plain), which merges edits by hand.",
            details=plan.refused,
        )


def _stage(directory: Path, plan: PlainPlan) -> None:
    """Write all new contents aside; the rename at the end decides that the plan will be carried out."""
    staging = directory / _STAGING
    staging.mkdir()
    writes = []
    for number, (path, write) in enumerate(plan.writes.items()):
        _write(staging / str(number), write.file)
        writes.append((path, str(number), write.before, digest_of(write.file)))
    (staging / "manifest").write_bytes(plan.manifest.encode())
    document = {
        "writes": writes,
        "removals": list(plan.removals.items()),
        "manifest": "manifest",
        "manifest_path": MANIFEST,
    }
    with (staging / PLAN).open("w", encoding="utf-8") as stream:
        json.dump(document, stream)
        stream.flush()
        os.fsync(stream.fileno())
    staging.rename(directory / PENDING)


def _apply(directory: Path, lock: int) -> None:
    code, stderr = run_detached(Git.at(directory).inheriting(lock), "plain", directory)
    if code:
        raise HagenError(
            f"Not all files could be put into {directory}.",
            remedy="Set right what is said below, then run hagen again: it finishes the work.",
            details=tuple(stderr.decode(errors="replace").splitlines()[-1:]),
        )


def _write(path: Path, file: RenderedFile) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o777 if file.executable else 0o666)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(file.content)
