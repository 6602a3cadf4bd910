"""What the applications need gets through their policies, and what nobody needs does not."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from tests.gitops.checks.exposure import exposed
from tests.gitops.checks.selectors import selected
from tests.gitops.flows import lets_in, passes
from tests.gitops.objects import Pods, Repository, dig
from tests.gitops.verdict import Verdict, check, judge

_GALERA_PORTS = (3306, 4444, 4567, 4568)
_OUTSIDE = "198.51.100.1"
_STRANGER = Pods("a pod of another namespace", "default", {"app": "stranger"}, {})


def _part(repository: Repository, part: str) -> list[Pods]:
    """Pods of the database that the operator makes: pxc, haproxy."""
    return [
        pods
        for pods in repository.pods
        if pods.labels.get("app.kubernetes.io/component") == part
        and "percona" in pods.labels.get("app.kubernetes.io/name", "")
    ]


def _application(repository: Repository, name: str) -> list[Pods]:
    found = repository.find("Deployment", repository.topology.galera.namespace, name)
    return [found.pods] if found and found.pods else []


def _ingress(repository: Repository) -> list[Pods]:
    """What nginx runs in: the pods behind an exposed Service, or those that a Gateway makes."""
    services = [item for item in exposed(repository) if item.kind == "Service"]
    behind = [
        pods
        for item in services
        for pods in selected(repository, item.namespace, {"matchLabels": item.spec.get("selector")})
    ]
    return behind + [pods for pods in repository.pods if "gateway.networking.k8s.io/gateway-name" in pods.labels]


def _backends(repository: Repository) -> Iterator[tuple[Pods, int]]:
    """(pods, port of the container) of the applications' Services."""
    for item in repository.of("Service", group=""):
        if item.namespace == repository.topology.galera.namespace and item.spec.get("selector"):
            for pods in selected(repository, item.namespace, {"matchLabels": item.spec["selector"]}):
                for port in item.spec["ports"]:
                    yield pods, _number(pods, port.get("targetPort", port["port"]))


def _number(pods: Pods, port: int | str) -> int:
    ports = [entry for container in pods.containers for entry in dig(container, "ports", default=[])]
    return next(
        (entry["containerPort"] for entry in ports if entry.get("name") == port), port if isinstance(port, int) else 0
    )


def _storages(repository: Repository) -> Iterator[int]:
    """The ports of the storages that backups go to, outside of the cluster."""
    for item in repository.of("PerconaXtraDBCluster"):
        for storage in dig(item.spec, "backup", "storages", default={}).values():
            address = urlsplit(dig(storage, "s3", "endpointUrl", default="https://s3.amazonaws.com"))
            yield address.port or {"http": 80, "https": 443}[address.scheme]


def _wanted(repository: Repository) -> Iterator[tuple[Pods, Pods | str, int, str]]:
    """Connections that must get through: source, target (an address outside of the cluster), port, protocol."""
    pxc, haproxy = _part(repository, "pxc"), _part(repository, "haproxy")
    for target, port in _backends(repository):
        yield from ((source, target, port, "TCP") for source in _ingress(repository))
    for name in ("server", "phpmyadmin"):
        yield from ((source, target, 3306, "TCP") for source in _application(repository, name) for target in haproxy)
    yield from ((source, target, port, "TCP") for source in pxc for target in pxc for port in _GALERA_PORTS)
    yield from ((source, target, 3306, "TCP") for source in haproxy for target in pxc)
    backups = [pods for pods in repository.pods if "percona.com/backup-type" in pods.labels]
    yield from ((source, target, 4567, "TCP") for source in backups for target in pxc)
    yield from ((source, target, 4444, "TCP") for source in pxc for target in backups)
    restores = [pods for pods in repository.pods if "percona.com/restore-job-name" in pods.labels]
    for port in _storages(repository):
        yield from ((source, _OUTSIDE, port, "TCP") for source in backups + restores)
    operator = [
        pods
        for pods in repository.pods
        if "percona-xtradb-cluster-operator" in pods.owner and pods.owner.startswith("Deployment")
    ]
    for source in operator:
        yield from ((source, target, port, "TCP") for target in pxc for port in (3306, 33062))
        yield from ((source, target, port, "TCP") for target in haproxy for port in (3306, 33062))
    names = [pods for pods in repository.pods if pods.labels.get("k8s-app") == "kube-dns"]
    own = [pods for pods in repository.pods if pods.namespace == repository.topology.galera.namespace]
    for protocol in ("UDP", "TCP"):
        yield from ((source, target, 53, protocol) for source in own for target in names)


@check
def needed_connections_pass(repository: Repository) -> Iterator[Verdict]:
    for source, target, port, protocol in _wanted(repository):
        sound = passes(repository, source, target, port, protocol)
        yield judge(
            source.owner,
            f"{target if isinstance(target, str) else target.owner} {port}/{protocol}",
            sound=sound,
            problem="the NetworkPolicies stop it",
        )


@check
def needless_connections_do_not_pass(repository: Repository) -> Iterator[Verdict]:
    """The database is for the server and phpMyAdmin; the applications are for the ingress."""
    pxc, haproxy = _part(repository, "pxc"), _part(repository, "haproxy")
    refused = [
        (source, target, 3306)
        for source in (_STRANGER, *_application(repository, "client"))
        for target in pxc + haproxy
    ]
    refused += [(_STRANGER, target, port) for target, port in _backends(repository)]
    for source, target, port in refused:
        sound = not lets_in(repository, source, target, port)
        yield judge(target.owner, f"{source.owner} {port}", sound=sound, problem="any policy lets it in")


@check
def application_namespace_denies_by_default(repository: Repository) -> Iterator[Verdict]:
    space = repository.topology.galera.namespace
    if repository.find("Namespace", "", space, "") is None:
        return
    for direction in ("Ingress", "Egress"):
        closed = any(
            item.namespace == space
            and not item.spec.get("podSelector")
            and direction in (item.spec.get("policyTypes") or ["Ingress"])
            and not item.spec.get(direction.lower())
            for item in repository.of("NetworkPolicy", group="networking.k8s.io")
        )
        yield judge(f"Namespace {space}", direction, sound=closed, problem="no policy denies by default")
