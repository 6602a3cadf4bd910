"""The components that Argo CD syncs: an entry each in `catalogue`, a folder each below gitops-template/components/."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from ..compatibility import AddOn, compatibility
from ..model import Cluster
from .catalogue import CATALOGUE, Entry, Ignored

VENDORED: Final = "upstream"


@dataclass(frozen=True, slots=True)
class Upstream:
    """One upstream manifest. `resource` is what the base's kustomization lists: the URL, or the vendored copy."""

    addon: str
    version: str
    file: str
    url: str
    local: str
    resource: str


@dataclass(frozen=True, slots=True)
class Component:
    """One child Application, `application`, which syncs `overlay`. The base is `path`/base.

    `wave` orders it; `prune` is off where a prune would take data or the network away, and `prune_last` where what goes
    has to make room for what comes. `image` is the one that a component of hagen's own making runs, "" where the
    upstream manifests name theirs.
    """

    name: str
    application: str
    path: str
    overlay: str
    project: str
    namespace: str
    wave: int
    prune: bool
    prune_last: bool
    version: str
    image: str
    upstream: tuple[Upstream, ...]
    ignored: tuple[Ignored, ...]


def components(cluster: Cluster, vendored: frozenset[tuple[str, str]] = frozenset()) -> tuple[Component, ...]:
    """The components of a cluster, in the order of their waves; `vendored` are (add-on, version) pairs kept in git."""
    return tuple(_component(entry, cluster, vendored) for entry in CATALOGUE if entry.enabled(cluster))


def _component(entry: Entry, cluster: Cluster, vendored: frozenset[tuple[str, str]]) -> Component:
    matrix, name = compatibility(), entry.component
    addon = matrix.addons[entry.addon] if entry.addon else None
    own = f"clusters/{cluster.metadata.name}/argocd/install"
    return Component(
        name=name,
        application=entry.application or name,
        path=entry.path,
        overlay=own if entry.project == "argocd" else f"{entry.path}/overlays/{cluster.metadata.name}",
        project=entry.project,
        namespace=entry.namespace,
        wave=entry.wave,
        prune=entry.prune,
        prune_last=not entry.application,
        version=addon.version if addon else "",
        image=matrix.pinned.get(name, ""),
        upstream=tuple(upstream(entry.addon, addon, vendored, entry.files)) if addon else (),
        ignored=entry.ignored,
    )


def upstream(
    name: str, addon: AddOn, vendored: frozenset[tuple[str, str]], files: tuple[str, ...] = ()
) -> Iterator[Upstream]:
    """The upstream manifests of an add-on: those of `files`, or all."""
    for file in files or addon.files:
        url = addon.url.format(version=addon.version, file=file)
        local = f"{VENDORED}/{PurePosixPath(file).name}"
        resource = local if (name, addon.version) in vendored else url
        yield Upstream(name, addon.version, file, url, local, resource)
