"""How the two images come from their sources to the cluster: which forge builds them, and where they are pushed to."""

from dataclasses import dataclass
from typing import Final

from ..model import Cluster
from .applications import image

_DOCKER_HUB: Final = "docker.io"
_GITHUB_REGISTRY: Final = "ghcr.io"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the repository carries of the images.

    `sources`: their sources, the load test and, on a forge that hagen knows (`github`, `gitlab`), the pipeline.
    `registries` are the hosts to log in to, `github_packages` whether one of them takes the pipeline's own token.
    `branch_pattern` is the branch as a filter of GitHub reads it.
    """

    sources: bool
    github: bool
    gitlab: bool
    registries: tuple[str, ...]
    github_packages: bool
    branch_pattern: str


def delivery(cluster: Cluster) -> Delivery:
    """The delivery of a cluster's images."""
    apps, repository = cluster.apps, cluster.repository
    found = dict.fromkeys(registry(image(text).name) for text in (apps.client.image, apps.server.image))
    registries = tuple(found)
    return Delivery(
        sources=apps.sources,
        github=apps.sources and repository.forge == "github",
        gitlab=apps.sources and repository.forge == "gitlab",
        registries=registries,
        github_packages=_GITHUB_REGISTRY in registries,
        branch_pattern=repository.revision.replace("+", "\\+"),
    )


def registry(name: str) -> str:
    """The host in an image's name, with its port; Docker Hub where it has none (github.com/distribution/reference)."""
    first, slash, _ = name.partition("/")
    is_host = bool(slash) and ("." in first or ":" in first or first == "localhost")
    return first if is_host else _DOCKER_HUB
