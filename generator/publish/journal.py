"""The journal: written before the work tree is touched, removed when all is done; what lies between can be repeated."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from .repository import Repository


@dataclass(frozen=True, slots=True)
class Step:
    """One git command of a transition: arguments, standard input and the exit codes with which it has succeeded."""

    arguments: tuple[str, ...]
    stdin: str = ""
    accept: tuple[int, ...] = (0,)


@dataclass(frozen=True, slots=True)
class Journal:
    """A transition of branch `branch` (full ref) from commit `old` (None: unborn) to `target`.

    In a conflict `target` is the tree with the markers, and the branch stays. `render` is the commit for the branch
    hagen/rendered, `previous_render` where that stood before. `steps` are what the detached process runs.
    """

    branch: str
    old: str | None
    target: str
    render: str
    previous_render: str | None
    conflict: bool
    steps: tuple[Step, ...]


def journal_path(repository: Repository) -> Path:
    """Where the journal of a work tree lies."""
    return repository.state_dir / "journal.json"


def write_journal(path: Path, journal: Journal) -> None:
    """Write all of the journal or nothing, and have it on the disk before returning."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".tmp")
    with aside.open("w", encoding="utf-8", errors="surrogateescape") as stream:
        json.dump(asdict(journal), stream)
        stream.flush()
        os.fsync(stream.fileno())
    aside.replace(path)
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def read_journal(path: Path) -> Journal | None:
    """The journal that an interrupted run has left; None when there is none."""
    try:
        fields = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    steps = tuple(Step(tuple(s["arguments"]), s["stdin"], tuple(s["accept"])) for s in fields.pop("steps"))
    return Journal(**fields, steps=steps)
