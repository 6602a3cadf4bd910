"""What came of a publication, or would come of it: plain values for the caller to print."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Action(StrEnum):
    """What happened to the directory."""

    CREATED = "created"  # there was no commit in it before, or no directory
    UPDATED = "updated"  # fast-forward: there were no edits by hand to merge with
    MERGED = "merged"  # a merge commit joins the render and the edits by hand
    UNCHANGED = "unchanged"  # nothing was touched
    RESTORED = "restored"  # edits by hand of files that have to be as rendered were undone; the render is no news
    CONFLICT = "conflict"  # git's merge stopped: the conflicted files carry markers and wait for the user


@dataclass(frozen=True, slots=True)
class Changes:
    """Paths in alphabetical order that a publication adds to, changes in and removes from the directory."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a publication. Commits are full object ids; both are None after `write_plain`.

    `changes` compares with what was checked out before; the conflicted paths are left out of it. `recovered` are copies
    of files that an interrupted earlier run had left neither old nor new; `kept` are files of a plain directory that
    are no longer rendered, but were edited by hand and so stay; `restored` are paths whose edits by hand were undone;
    `remedy` says how to go on after a conflict.
    """

    action: Action
    directory: Path
    branch: str | None = None
    render_commit: str | None = None
    head: str | None = None
    changes: Changes = Changes()
    conflicts: tuple[str, ...] = ()
    recovered: tuple[Path, ...] = ()
    kept: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()
    remedy: str = ""

    @property
    def added(self) -> tuple[str, ...]:
        """Paths that the directory did not have before."""
        return self.changes.added

    @property
    def changed(self) -> tuple[str, ...]:
        """Paths whose content or mode is another one now."""
        return self.changes.changed

    @property
    def removed(self) -> tuple[str, ...]:
        """Paths that the directory no longer has."""
        return self.changes.removed


@dataclass(frozen=True, slots=True)
class Preview:
    """What `publish` or `write_plain` would do. `conflicts` are paths that a merge would leave to the user, or, in a
    plain directory, paths that make `write_plain` refuse; `diff` is git's unified diff.
    """

    directory: Path
    changes: Changes = Changes()
    diff: str = ""
    conflicts: tuple[str, ...] = ()

    @property
    def added(self) -> tuple[str, ...]:
        """Paths that would be new."""
        return self.changes.added

    @property
    def changed_paths(self) -> tuple[str, ...]:
        """Paths whose content or mode would change."""
        return self.changes.changed

    @property
    def removed(self) -> tuple[str, ...]:
        """Paths that would go."""
        return self.changes.removed

    @property
    def changed(self) -> bool:
        """Whether the directory would be another one afterwards."""
        return bool(self.changes or self.conflicts)
