"""Every image that the pods of a cluster run: the list that a registry mirror has to hold.

Not in it are kubeadm's own images and those of Helm charts, which no manifest here names.
"""

from collections.abc import Iterable, Iterator, Mapping

from ..topology import Topology
from .known import Copy
from .uses import Key, uses


def images(topology: Topology, copies: Mapping[Key, Copy]) -> tuple[str, ...] | None:
    """The images of a cluster with their registries, sorted; None while a manifest has no copy to read them from."""
    wanted = {use.key for use in uses(topology)}
    if not wanted <= copies.keys():
        return None
    upstream = complete(image for key in wanted for image in copies[key].images)
    return tuple(sorted({*map(_whole, _own(topology)), *upstream}))


def complete(names: Iterable[str]) -> Iterator[str]:
    """Images of upstream manifests, with the registry that is meant where none is named.

    Those without tag and digest are left out: hagen renders pinned ones in their place.
    """
    for name in names:
        if ":" in name.rpartition("/")[2] or "@" in name:
            yield _whole(name)


def _whole(image: str) -> str:
    first, slash, _ = image.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return image
    return f"docker.io/{image}" if slash else f"docker.io/library/{image}"


def _own(topology: Topology) -> Iterator[str]:
    """What hagen's own manifests name."""
    yield from (component.image for component in topology.components if component.image)
    yield from (topology.galera.images.pxc, topology.galera.images.haproxy, topology.galera.images.backup)
    for image in (topology.applications.client.image, topology.applications.server.image):
        tag = f":{image.tag}" if image.tag else ""
        yield image.name + tag + (f"@{image.digest}" if image.digest else "")
