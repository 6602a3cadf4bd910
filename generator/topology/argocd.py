"""AppProjects: what the Applications of each may touch, which is what hagen's components consist of and nothing more.

Every cluster has the same, whatever it has switched on. Argo CD prunes and deletes what the project of an Application
permits, and leaves all else alone without a word; a project that shrank in the commit that removes a component would
leave everything of it behind.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from .catalogue import CATALOGUE
from .grants import EVERYWHERE, grant

_DESCRIPTIONS: Final = {
    "argocd": "Argo CD itself: its installation, the projects and the Applications.",
    "infrastructure": "What the cluster needs before it can run applications.",
    "apps": "Database and applications.",
    "monitoring": "What watches the cluster.",
}


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind that a project may create; `name` is a pattern, "" for any."""

    group: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Project:
    """One AppProject. `cluster_resources` belong to no namespace, `resources` to one of `namespaces`."""

    name: str
    description: str
    namespaces: tuple[str, ...]
    cluster_resources: tuple[Resource, ...]
    resources: tuple[Resource, ...]


@dataclass(frozen=True, slots=True)
class ArgoCD:
    """What Argo CD is told besides its Applications."""

    projects: tuple[Project, ...]


def argocd() -> ArgoCD:
    """The projects of all components that there are. KeyError when `grants` says nothing of one."""
    return ArgoCD(tuple(_project(name) for name in _DESCRIPTIONS))


def _project(name: str) -> Project:
    members = [entry for entry in CATALOGUE if entry.project == name]
    grants = [grant(entry.component) for entry in members]
    if name in EVERYWHERE.projects:
        grants.append(EVERYWHERE.grant)
    namespaces = {entry.namespace for entry in members}.union(*(part.namespaces for part in grants))
    return Project(
        name=name,
        description=_DESCRIPTIONS[name],
        namespaces=tuple(sorted(namespaces)),
        cluster_resources=_resources(text for part in grants for text in part.cluster),
        resources=_resources(text for part in grants for text in part.namespaced),
    )


def _resources(texts: Iterable[str]) -> tuple[Resource, ...]:
    """Resources of texts like "apps/Deployment" or "/Namespace kube-flannel", sorted, each once."""
    return tuple(_resource(text) for text in sorted(set(texts)))


def _resource(text: str) -> Resource:
    kind, _, name = text.partition(" ")
    group, _, kind = kind.rpartition("/")
    return Resource(group, kind, name)
