"""The database: names, sizes, users, and what tells Galera how patient to be."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from ..compatibility import compatibility
from ..model import Cluster
from ..model.types import format_size
from .applications import NAMESPACE

AGENT_USER: Final = "hagen_agent"  # rules/sql.py keeps the name from the applications

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Backup:
    """Scheduled backups to S3-compatible storage. Empty texts and zeros where there are none."""

    enabled: bool
    schedule: str
    keep: int
    bucket: str
    prefix: str
    region: str
    endpoint: str
    port: int
    credentials_secret: str


@dataclass(frozen=True, slots=True)
class GaleraImages:
    """What the operator is told to run."""

    version: str
    pxc: str
    haproxy: str
    backup: str


@dataclass(frozen=True, slots=True)
class Galera:
    """The PerconaXtraDBCluster. A primary component needs `quorum` nodes.

    `host` is the Service of its HAProxy. The operator writes the users' passwords to `users_secret`, under the user's
    name, and the certificates to `certificate_secret`. Sizes as Kubernetes writes them ("20Gi").
    """

    name: str
    namespace: str
    size: int
    quorum: int
    tolerance: int
    anti_affinity_topology_key: str
    pods: tuple[str, ...]
    host: str
    schema: str
    user: str
    agent_user: str
    users_secret: str
    certificate_secret: str
    storage: str
    memory: str
    provider_options: str
    images: GaleraImages
    backup: Backup


def galera(cluster: Cluster) -> Galera:
    """The database and its quorum: more than half of the nodes (Galera, "Quorum components")."""
    wanted, name = cluster.database, cluster.database.name
    quorum = wanted.size // 2 + 1
    return Galera(
        name=name,
        namespace=NAMESPACE,
        size=wanted.size,
        quorum=quorum,
        tolerance=wanted.size - quorum,
        anti_affinity_topology_key={"hostname": "kubernetes.io/hostname", "zone": "topology.kubernetes.io/zone"}[
            wanted.anti_affinity
        ],
        pods=tuple(f"{name}-pxc-{number}" for number in range(wanted.size)),
        host=f"{name}-haproxy",
        schema=wanted.schema_name,
        user=wanted.user,
        agent_user=AGENT_USER,
        users_secret=f"{name}-custom-user-secret",
        # The certificate that the servers show is the one they use among themselves; each of the two has its own CA.
        certificate_secret=f"{name}-ssl-internal",
        storage=format_size(wanted.storage, suffix="i"),
        memory=format_size(wanted.memory, suffix="i"),
        provider_options=";".join(f"{key}={value}" for key, value in _provider_options(cluster).items()),
        images=_images(),
        backup=_backup(cluster),
    )


_QUICK: Final = {
    # A silent node is given up after 2.5 s: before the operator's HAProxy has, whose two checks take 6 s. With 1 s, and
    # 2 s for the survivors to agree, a busy machine split the survivors now and then, and nobody had a quorum.
    "evs.keepalive_period": "PT0.5S",
    "evs.inactive_check_period": "PT0.25S",
    "evs.suspect_timeout": "PT2.5S",
    "evs.inactive_timeout": "PT7.5S",
    "evs.install_timeout": "PT7.5S",
}
_PATIENT: Final = timedelta(seconds=1)  # what network.vrrp.advertInterval advises where machines are paused
_CACHE: Final = {"gcache.size": "512M"}  # a node that was away for longer takes a whole copy; storage is 2 GiB at least


def _provider_options(cluster: Cluster) -> dict[str, str]:
    """Failure detection is quick where VRRP is; on machines that are paused Galera keeps its own, slow values."""
    quick = cluster.network.vrrp.advert_interval < _PATIENT
    return _CACHE | (_QUICK if quick else {})


def _images() -> GaleraImages:
    matrix = compatibility()
    return GaleraImages(
        version=matrix.addons["percona-xtradb-cluster-operator"].version,
        pxc=matrix.pinned["percona-xtradb-cluster"],
        haproxy=matrix.pinned["percona-haproxy"],
        backup=matrix.pinned["percona-xtrabackup"],
    )


def _backup(cluster: Cluster) -> Backup:
    wanted = cluster.database.backup
    if not wanted.enabled or wanted.s3 is None:
        return Backup(False, "", 0, "", "", "", "", 0, "")
    endpoint = wanted.s3.endpoint_url or ""
    url = urlsplit(endpoint or "https://")
    return Backup(
        enabled=True,
        schedule=wanted.schedule,
        keep=wanted.keep,
        bucket=wanted.s3.bucket,
        prefix=cluster.metadata.name,  # clusters that share a bucket do not delete each other's backups
        region=wanted.s3.region,
        endpoint=endpoint,
        port=url.port or _DEFAULT_PORTS[url.scheme],
        credentials_secret=wanted.s3.credentials_secret,
    )
