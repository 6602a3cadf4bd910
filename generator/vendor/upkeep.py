"""Which manifests a cluster keeps up, where several clusters share a repository.

A base that several clusters use belongs to the first of them, and so do its copies and its entries in the lock; the
rules are those of the files themselves (`publish.compose`), asked here with the paths where copies lie or would lie.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ..publish import Earlier, compose
from ..topology import Topology
from .known import Locks
from .lock import Entry, lock_path
from .uses import Use, uses


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What a render of the cluster will replace, and what of its lock will stay as it is."""

    lock: str
    own: tuple[Use, ...]
    shared: tuple[Use, ...]
    remaining: tuple[Entry, ...]


def upkeep(topology: Topology, earlier: Earlier, locks: Locks) -> Upkeep:
    """Divide the manifests of a topology into those of this cluster and those that another one keeps up."""
    cluster = topology.name
    lock = lock_path(cluster, primary=earlier.primary in {None, cluster})
    found = uses(topology)
    recorded = locks.get(lock, {})
    previous = dict.fromkeys([*earlier.paths, *recorded], False)
    bases = (f"{component.path}/base/kustomization.yaml" for component in topology.components)
    rendered = dict.fromkeys([*bases, *(use.path for use in found)], True)
    # Path -> whether it comes from this render.
    composed = compose(previous, rendered, cluster=cluster, primary=earlier.primary)
    claimed = {path for name, entries in locks.items() if name != lock for path in entries}
    return Upkeep(
        lock=lock,
        own=tuple(use for use in found if composed.get(use.path)),
        shared=tuple(use for use in found if not composed.get(use.path)),
        remaining=tuple(_remaining(recorded.values(), composed, claimed)),
    )


def _remaining(recorded: Iterable[Entry], composed: dict[str, bool], claimed: set[str]) -> Iterable[Entry]:
    """Entries of bases that the cluster itself has no more, but that others still build on."""
    return (entry for entry in recorded if composed.get(entry.path) is False and entry.path not in claimed)
