"""What runs on the cluster: replicas and their budgets, autoscaling, backups, the database's volumes and names."""

import re
from collections.abc import Iterator
from typing import Final

from ..model import Cluster
from ..model.types import format_size
from ..problem import Finding, quoted
from . import cron
from .grammar import is_ipv4
from .quorum import count
from .rule import Fault, Rule, reads, text_rule, write
from .sql import identifier, user_name

_AUTOSCALING: Final = ("apps", "server", "autoscaling")
_BACKUP: Final = ("database", "backup")
_MOST_PODS: Final = 1000  # as for every other number of pods here
_PERCENT: Final = range(1, 101)
_SMALLEST_VOLUME: Final = 2 * 2**30
_GIB: Final = 2**30
_SMALLEST_MEMORY: Final = _GIB
_KEPT_MEMORY: Final = _GIB // 2  # of a worker, for its system, the kubelet and the rest of what must run there
_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")  # S3 user guide, "Bucket naming rules"
_REGION: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


@reads("apps.server.autoscaling", "apps.server.minAvailable")
def autoscaling_bounds(cluster: Cluster) -> Iterator[Finding]:
    """Bounds that the API server takes, and that leave a pod to evict."""
    server = cluster.apps.server
    bounds = server.autoscaling
    fewest = min(server.min_available + 1, _MOST_PODS)
    if not 1 <= bounds.min <= _MOST_PODS:
        yield Finding(
            "HG609", (*_AUTOSCALING, "min"), f"min is {bounds.min}, and takes 1 to 1000", f"write min: {fewest}"
        )
    elif not 1 <= bounds.max <= _MOST_PODS:
        largest = max(bounds.min, fewest)
        yield Finding(
            "HG609", (*_AUTOSCALING, "max"), f"max is {bounds.max}, and takes 1 to 1000", f"write max: {largest}"
        )
    elif bounds.min > bounds.max:
        message = f"min is {bounds.min}, and max is {bounds.max}"
        place = "max" if "max" in bounds.model_fields_set else "min"
        value = bounds.min if place == "max" else bounds.max
        yield Finding("HG601", (*_AUTOSCALING, place), message, f"write {place}: {value}")
    elif bounds.min <= server.min_available:
        given = "min_available" in server.model_fields_set
        path = ("apps", "server", "minAvailable") if given else (*_AUTOSCALING, "min")
        remedy = f"write minAvailable: {bounds.min - 1}" if given else f"write min: {fewest}"
        message = f"the server has {bounds.min} pods at the fewest, and minAvailable is {server.min_available}"
        yield Finding("HG602", path, message, remedy)


@reads("apps.client.replicas", "apps.client.minAvailable")
def client_replicas(cluster: Cluster) -> Iterator[Finding]:
    """A pod more than the budget keeps."""
    client = cluster.apps.client
    if client.replicas <= client.min_available:
        given = "min_available" in client.model_fields_set
        remedy = f"minAvailable: {client.replicas - 1}" if given else f"replicas: {client.min_available + 1}"
        message = f"the client has {client.replicas} pods, and minAvailable is {client.min_available}"
        path = ("apps", "client", "minAvailable" if given else "replicas")
        yield Finding("HG602", path, message, f"write {remedy}")


@reads("apps.server.autoscaling.cpu", "apps.server.autoscaling.memory")
def autoscaling_targets(cluster: Cluster) -> Iterator[Finding]:
    """At least one target, in percent."""
    targets = {"cpu": cluster.apps.server.autoscaling.cpu, "memory": cluster.apps.server.autoscaling.memory}
    if not any(target is not None for target in targets.values()):
        yield Finding("HG604", _AUTOSCALING, "neither cpu nor memory has a target", "write cpu: 70")
    for key, target in targets.items():
        if target is not None and target not in _PERCENT:
            message = f"{key} is {target}, and takes 1 to 100 (percent)"
            nearest = 70 if target < 1 else 100
            yield Finding("HG603", (*_AUTOSCALING, key), message, f"write {key}: {nearest}")


@reads("ingress.replicas", "nodes")
def ingress_replicas(cluster: Cluster) -> Iterator[Finding]:
    """No more than workers."""
    replicas, workers = cluster.ingress.replicas, count(cluster, "worker")
    if 0 < workers < replicas:
        message = f"{replicas} ingress pods share {workers} workers"
        path = ("ingress", "replicas")
        yield Finding("HG607", path, message, write(cluster, path, workers))


@reads("database.storage")
def database_volume(cluster: Cluster) -> Iterator[Finding]:
    """Room for Galera."""
    size = cluster.database.storage
    if size < _SMALLEST_VOLUME:
        message = f"storage is {format_size(size)}, and a Galera node needs 2GiB"
        yield Finding("HG608", ("database", "storage"), message, "write storage: 20GiB")


@reads("database.memory", "machines.worker")
def database_memory(cluster: Cluster) -> Iterator[Finding]:
    """Enough for Galera, and no more than a worker has to give."""
    memory, worker = cluster.database.memory, cluster.machines.worker.memory
    most = worker - _KEPT_MEMORY
    if memory < _SMALLEST_MEMORY:
        message = f"memory is {format_size(memory)}, and a Galera node needs 1GiB"
        yield Finding("HG612", ("database", "memory"), message, "write memory: 1536MiB")
    elif memory > most:
        message = f"a Galera node wants {format_size(memory)} memory, and workers of {format_size(worker)} keep 512MiB"
        if "memory" in cluster.database.model_fields_set and most >= _SMALLEST_MEMORY:
            yield Finding("HG612", ("database", "memory"), message, f"write memory: {format_size(most)}")
        else:
            enough = -(-(memory + _KEPT_MEMORY) // _GIB) * _GIB
            yield Finding("HG612", ("machines", "worker", "memory"), message, f"write memory: {format_size(enough)}")


@reads("database.backup.enabled", "database.backup.s3")
def backup_storage(cluster: Cluster) -> Iterator[Finding]:
    """Somewhere to write to."""
    backup = cluster.database.backup
    if backup.enabled and backup.s3 is None:
        remedy = "write s3: {bucket: hagen-backups, region: eu-central-1}, or enabled: false"
        yield Finding("HG605", _BACKUP, "backups are enabled, and s3 is missing", remedy)


def schedule(text: str) -> Fault | None:
    """Five fields."""
    wrong = cron.fault(text)
    return Fault("HG606", f"{quoted(text)} is not a cron schedule: {wrong[0]}", wrong[1]) if wrong else None


def bucket(text: str) -> Fault | None:
    """A name that S3 takes."""
    if _BUCKET.fullmatch(text) and ".." not in text and not is_ipv4(text):
        return None
    message = f"{quoted(text)} is not the name of a bucket: a-z, 0-9, . and -, 3 to 63 characters, no address"
    return Fault("HG610", message, "write it like hagen-backups")


def region(text: str) -> Fault | None:
    """A name that can stand in a signature; other storages than AWS choose their own."""
    if _REGION.fullmatch(text):
        return None
    return Fault("HG610", f"{quoted(text)} is not a region: letters, digits and -", "write it like eu-central-1")


def _bucket(cluster: Cluster) -> str | None:
    return cluster.database.backup.s3.bucket if cluster.database.backup.s3 else None


def _region(cluster: Cluster) -> str | None:
    return cluster.database.backup.s3.region if cluster.database.backup.s3 else None


RULES: Final[tuple[Rule, ...]] = (
    autoscaling_bounds,
    client_replicas,
    autoscaling_targets,
    ingress_replicas,
    database_volume,
    database_memory,
    backup_storage,
    text_rule("database.backup.schedule", lambda cluster: cluster.database.backup.schedule, schedule),
    text_rule("database.backup.s3.bucket", _bucket, bucket),
    text_rule("database.backup.s3.region", _region, region),
    text_rule("database.schema", lambda cluster: cluster.database.schema_name, identifier),
    text_rule("database.user", lambda cluster: cluster.database.user, user_name),
)
