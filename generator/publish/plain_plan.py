"""Decides what writing a render as plain files comes to: reads the directory, writes nothing."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from ..files import Render, RenderedFile
from .compose import compose
from .detached import digest
from .manifest import Manifest
from .outcome import Changes
from .worktree import in_the_way


@dataclass(frozen=True, slots=True)
class Write:
    """A file to write, and the digest of the one it replaces (None: there is none)."""

    file: RenderedFile
    before: str | None


@dataclass(frozen=True, slots=True)
class PlainPlan:
    """Files to write and to remove (path -> digest before), those no longer rendered but edited by hand, those that
    are in the way, and the manifest afterwards.
    """

    writes: dict[str, Write]
    removals: dict[str, str]
    kept: tuple[str, ...]
    refused: tuple[str, ...]
    manifest: Manifest

    @property
    def changes(self) -> Changes:
        """The plan as lists of paths."""
        return Changes(
            added=tuple(sorted(path for path, write in self.writes.items() if write.before is None)),
            changed=tuple(sorted(path for path, write in self.writes.items() if write.before is not None)),
            removed=tuple(sorted(self.removals)),
        )


def plan_plain(directory: Path, files: Render, manifest: Manifest, *, cluster: str) -> PlainPlan:
    """Compare the render, the manifest and the disk."""
    rendered = {path: digest_of(file) for path, file in files.items()}
    # The second value tells where the file comes from: only the render's own files are looked at on the disk.
    composed = compose(
        {path: (value, False) for path, value in manifest.files.items()},
        {path: (value, True) for path, value in rendered.items()},
        cluster=cluster,
        primary=manifest.primary,
    )
    removals, kept = _plan_removals(directory, manifest, composed.keys())
    writes: dict[str, Write] = {}
    refused: set[str] = set()
    for path in sorted(path for path, (_, from_render) in composed.items() if from_render):
        before = digest(directory / path)
        obstacles = set(in_the_way(directory, path)) - removals.keys() - {path}
        if obstacles:
            refused |= obstacles
        elif before not in {None, rendered[path], manifest.files.get(path)}:
            refused.add(path)
        elif before != rendered[path]:
            writes[path] = Write(files[path], before)
    return PlainPlan(
        writes=writes,
        removals=removals,
        kept=kept,
        refused=tuple(sorted(refused)),
        manifest=Manifest({path: value for path, (value, _) in composed.items()}, manifest.primary or cluster),
    )


def digest_of(file: RenderedFile) -> str:
    """The digest that `detached.digest` finds once the file is written."""
    return ("x" if file.executable else "-") + hashlib.sha256(file.content).hexdigest()


def _plan_removals(
    directory: Path, manifest: Manifest, remaining: Collection[str]
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Files of the manifest that are rendered no more: untouched ones go, edited ones stay."""
    removals, kept = {}, []
    for path, written in manifest.files.items():
        found = None if path in remaining else digest(directory / path)
        reachable = set(in_the_way(directory, path)) <= {path}  # not through a link
        if found == written and reachable:
            removals[path] = written
        elif found is not None:
            kept.append(path)
    return removals, tuple(sorted(kept))
