"""Which upstream manifests a topology names, and where the copy of each lies."""

from dataclasses import dataclass

from ..topology import Topology
from ..topology.components import VENDORED, Upstream

Key = tuple[str, str, str]
"""Add-on, version and file: what a manifest is, wherever it comes from."""


@dataclass(frozen=True, slots=True)
class Use:
    """One manifest in one place: `folder` holds the kustomization that lists it."""

    folder: str
    upstream: Upstream

    @property
    def key(self) -> Key:
        """What it is."""
        return self.upstream.addon, self.upstream.version, self.upstream.file

    @property
    def path(self) -> str:
        """Where its copy lies, or would lie."""
        return f"{self.folder}/{self.upstream.local}"


def uses(topology: Topology) -> tuple[Use, ...]:
    """Every upstream manifest in a topology, in the order of their paths.

    ValueError when two different ones would share a path: the table of add-ons is wrong then.
    """
    found: dict[str, Use] = {}
    for component in topology.components:
        for upstream in component.upstream:
            use = Use(f"{component.path}/base", upstream)
            if found.setdefault(use.path, use).key != use.key:
                raise ValueError(f"{use.path} would be the copy of two manifests")
    return tuple(found[path] for path in sorted(found))


def is_copy(path: str) -> bool:
    """Whether a path has the shape of a copy's: <folder>/upstream/<file>."""
    return path.split("/")[-2:-1] == [VENDORED]
