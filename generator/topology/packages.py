"""Where the machines' software comes from, and who may log in to them."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from ..model import Cluster


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A mirror's URL. containerd adds /v2 to one without a path, and takes one with a path as it stands."""

    url: str
    has_path: bool


@dataclass(frozen=True, slots=True)
class RegistryMirror:
    """Mirrors of a container registry. `server` is the registry itself, asked when no mirror answers."""

    registry: str
    server: str
    endpoints: tuple[Endpoint, ...]


@dataclass(frozen=True, slots=True)
class Packages:
    """Repositories, proxies and mirrors. Empty text where there is none."""

    apt_mirror: str
    kubernetes_repository: str
    http_proxy: str
    https_proxy: str
    no_proxy: str
    direct_hosts: tuple[str, ...]
    registry_mirrors: tuple[RegistryMirror, ...]


@dataclass(frozen=True, slots=True)
class Access:
    """Logins on the machines."""

    user: str
    ssh_keys: tuple[str, ...]
    password_login: bool


def packages(cluster: Cluster) -> Packages:
    """Repositories of this Kubernetes minor; the cluster's own networks never go through the proxy."""
    wanted, proxy = cluster.packages, cluster.packages.proxy
    own = ("127.0.0.1", "localhost", cluster.network.cidr, cluster.kubernetes.pod_cidr, cluster.kubernetes.service_cidr)
    direct = (*own, ".svc", f".{cluster.kubernetes.dns_domain}", *proxy.no_proxy)
    repository = wanted.kubernetes_repository.rstrip("/")
    return Packages(
        apt_mirror=(wanted.apt_mirror or "").rstrip("/"),
        kubernetes_repository=f"{repository}/v{cluster.kubernetes.version.minor_name}/deb/",
        http_proxy=proxy.http or "",
        https_proxy=proxy.https or "",
        no_proxy=",".join(map(str, direct)) if proxy.http or proxy.https else "",
        direct_hosts=tuple(filter(_is_host, proxy.no_proxy)) if proxy.http or proxy.https else (),
        registry_mirrors=tuple(
            RegistryMirror(mirror.registry, _server(mirror.registry), tuple(map(_endpoint, mirror.endpoints)))
            for mirror in wanted.registry_mirrors
        ),
    )


def _is_host(name: str) -> bool:
    """Whether apt can be told to reach the name directly: a host, no domain and no network."""
    return not name.startswith(".") and "/" not in name


def _endpoint(url: str) -> Endpoint:
    return Endpoint(url, urlsplit(url).path not in {"", "/"})


def _server(registry: str) -> str:
    """The URL of a registry; Docker Hub's API has a host of its own."""
    host = urlsplit(f"//{registry}").netloc
    return "https://registry-1.docker.io" if host == "docker.io" else f"https://{host}"


def access(cluster: Cluster) -> Access:
    """Logins."""
    wanted = cluster.access
    return Access(wanted.user, wanted.ssh_keys, wanted.password_login)
