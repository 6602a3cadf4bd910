"""Objects of the built components, for the tests of what is rendered."""

from collections.abc import Iterator
from pathlib import Path

from tests.gitops.build import Object, built
from tests.support import planned

GUARDED = "Prune=false,Delete=false"
OPTIONS = "argocd.argoproj.io/sync-options"


def objects(fixture: Path, component: str, kind: str) -> Iterator[Object]:
    """Of one kind, as kustomize builds them."""
    topology = planned(fixture.read_bytes())
    overlay = next(part.overlay for part in topology.components if part.name == component)
    return (thing for thing in built(fixture)[overlay] if thing["kind"] == kind)


def the(fixture: Path, component: str, kind: str, name: str) -> Object:
    """The one of this name."""
    return next(thing for thing in objects(fixture, component, kind) if thing["metadata"]["name"] == name)
