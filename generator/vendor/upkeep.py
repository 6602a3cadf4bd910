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
    """What a render of the cluster will replace, and what of its lock will stay as it is.

    `given_up` are paths of copies that the lock had, and that no cluster needs any more.
    """

    lock: str
    own: tuple[Use, ...]
    shared: tuple[Use, ...]
    remaining: tuple[Entry, ...]
    given_up: frozenset[str]

    @property
    def bound(self) -> frozenset[str]:
        """Paths of what the lock binds by hash, and of the lock: nobody edits these files by hand."""
        return frozenset({self.lock, *(use.path for use in self.own)}) | self.given_up

    def concerns(self, path: str) -> bool:
        """Whether a path is the cluster's to keep right: the lock, or a file in the folder of one of its copies."""
        folders = {use.folder for use in self.own}
        return path in self.bound or any(path.startswith(f"{folder}/") for folder in folders)


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
        given_up=frozenset(path for path in recorded if path not in composed and path not in claimed),
    )


def _remaining(recorded: Iterable[Entry], composed: dict[str, bool], claimed: set[str]) -> Iterable[Entry]:
    """Entries of bases that the cluster itself has no more, but that others still build on."""
    return (entry for entry in recorded if composed.get(entry.path) is False and entry.path not in claimed)
