"""The applications: images, hosts, and what is to be watched."""

from dataclasses import dataclass
from typing import Final

from ..model import Cluster

NAMESPACE: Final = (
    "apps"  # one for database and applications: the operator writes the users' Secrets beside its resource
)


@dataclass(frozen=True, slots=True)
class Image:
    """A container image as kustomize's `images` take it. `tag` or `digest` may be empty, not both."""

    name: str
    tag: str
    digest: str


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of an autoscaler: a resource, and its target in percent of the request."""

    resource: str
    utilization: int


@dataclass(frozen=True, slots=True)
class Autoscaler:
    """One HorizontalPodAutoscaler."""

    name: str
    namespace: str
    min: int
    max: int
    metrics: tuple[Metric, ...]


@dataclass(frozen=True, slots=True)
class Client:
    """The React client."""

    host: str
    image: Image
    replicas: int
    min_available: int


@dataclass(frozen=True, slots=True)
class Server:
    """The Express server; its pods are counted by its autoscaler."""

    host: str
    image: Image
    port: int
    min_available: int
    autoscaler: Autoscaler


@dataclass(frozen=True, slots=True)
class Applications:
    """Host names (in the order client, server, phpMyAdmin) and autoscalers."""

    hosts: tuple[str, ...]
    autoscalers: tuple[Autoscaler, ...]
    client: Client
    server: Server
    php_my_admin_host: str


def applications(cluster: Cluster) -> Applications:
    """The applications."""
    apps = cluster.apps
    client = Client(apps.client.host, image(apps.client.image), apps.client.replicas, apps.client.min_available)
    server = _server(cluster)
    hosts = [client.host, server.host]
    if apps.php_my_admin.enabled:
        hosts.append(apps.php_my_admin.host)
    return Applications(tuple(hosts), (server.autoscaler,), client, server, apps.php_my_admin.host)


def _server(cluster: Cluster) -> Server:
    wanted, scaling = cluster.apps.server, cluster.apps.server.autoscaling
    targets = (("cpu", scaling.cpu), ("memory", scaling.memory))
    metrics = tuple(Metric(resource, target) for resource, target in targets if target is not None)
    scaler = Autoscaler("server", NAMESPACE, scaling.min, scaling.max, metrics)
    return Server(wanted.host, image(wanted.image), wanted.port, wanted.min_available, scaler)


def image(text: str) -> Image:
    """The parts of an image's name: registry.example.com:5000/team/app:1.0.0@sha256:..."""
    whole, _, digest = text.partition("@")
    path, slash, last = whole.rpartition("/")
    name, _, tag = last.partition(":")
    return Image(f"{path}{slash}{name}", tag, digest)
