"""packages: where the machines' software comes from: mirrors, proxies, registries."""

from pydantic import Field

from .base import Section


class Proxy(Section):
    """packages.proxy: HTTP proxy of apt, containerd and Argo CD."""

    http: str | None = Field(None, description="Proxy for http.", examples=["http://proxy.example.com:3128"])
    https: str | None = Field(None, description="Proxy for https.", examples=["http://proxy.example.com:3128"])
    no_proxy: tuple[str, ...] = Field(
        (),
        strict=False,
        description="Names and networks that are reached directly, besides the cluster's own networks.",
        examples=[["git.example.com"]],
    )


class RegistryMirror(Section):
    """packages.registryMirrors[]: mirrors of one container registry, tried in their order."""

    registry: str = Field(description="Registry that is mirrored.", examples=["docker.io"])
    endpoints: tuple[str, ...] = Field(strict=False, min_length=1, description="URLs of the mirrors.")


class Packages(Section):
    """packages: mirrors and proxies for machines that do not reach the Internet directly."""

    apt_mirror: str | None = Field(
        None, description="Mirror of the Ubuntu archive.", examples=["http://mirror.example.com/ubuntu"]
    )
    kubernetes_repository: str = Field(
        "https://pkgs.k8s.io/core:/stable:", description="Kubernetes apt repository, without /v<minor>/deb/."
    )
    proxy: Proxy = Field(default_factory=Proxy, description="HTTP proxy.")
    registry_mirrors: tuple[RegistryMirror, ...] = Field(
        (),
        strict=False,
        description="Mirrors of container registries.",
        examples=[[{"registry": "docker.io", "endpoints": ["https://mirror.example.com"]}]],
    )
