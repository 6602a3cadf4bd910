"""Names of machines, clusters and applications: DNS labels, DNS names, and no two alike."""

from collections.abc import Iterator
from typing import Final

from ..model import Cluster
from ..problem import Finding, Path, quoted
from .grammar import as_label, dns_name, is_dns_name, label, letter_label, name_or_address
from .rule import Fault, Rule, list_rule, reads, text_rule

_DATABASE_NAME_LENGTH: Final = 22  # percona-xtradb-cluster-operator: metadata.name in "Custom Resource options"


@reads(each="nodes")
def machine_names(cluster: Cluster) -> Iterator[Finding]:
    """Host names that LXD and Kubernetes take (LXD: instance name requirements; no digit in front)."""
    for index, node in enumerate(cluster.nodes):
        fault = letter_label(node.name)
        if node.name == "localhost":
            fault = Fault("HG402", '"localhost" is what every machine calls itself', "write k8s-worker-1")
        if fault is not None:
            yield Finding(fault.code, ("nodes", index, "name"), fault.message, fault.remedy)


@reads(each="nodes")
def machine_names_differ(cluster: Cluster) -> Iterator[Finding]:
    """One machine, one name."""
    first: dict[str, int] = {}
    names = {node.name for node in cluster.nodes}
    for index, node in enumerate(cluster.nodes):
        if node.name not in first:
            first[node.name] = index
            continue
        owner = cluster.nodes[first[node.name]]
        message = (
            f"{quoted(node.name)} is the name of two machines: "
            f"{owner.role} {owner.address} and {node.role} {node.address}"
        )
        yield Finding("HG401", ("nodes", index, "name"), message, f"write {_free_name(node.name, names)}")


def _free_name(name: str, taken: set[str]) -> str:
    stem = as_label(name, length=55).rstrip("0123456789").rstrip("-")
    number = next(number for number in range(1, len(taken) + 2) if f"{stem}-{number}" not in taken)
    return f"{stem}-{number}"


def database_name(text: str) -> Fault | None:
    """A name that the operator can make Services from."""
    fault = letter_label(text)
    if fault is None and len(text) > _DATABASE_NAME_LENGTH:
        message = f"{quoted(text)} has {len(text)} characters, and the operator takes at most {_DATABASE_NAME_LENGTH}"
        return Fault("HG403", message, f"write {as_label(text, length=_DATABASE_NAME_LENGTH)}")
    return fault


@reads("apps.client.host", "apps.server.host", "apps.phpMyAdmin")
def application_hosts(cluster: Cluster) -> Iterator[Finding]:
    """One application, one host name; of two alike the ingress would serve only one."""
    owners: dict[str, str] = {}
    for name, host in _hosts(cluster):
        owner = owners.setdefault(host, name)
        if owner != name:
            message = f"{quoted(host)} is the host of both {owner} and {name}"
            remedy = f"write another host, like {_beside(host, name.removeprefix('apps.'))}"
            yield Finding("HG405", _host_path(cluster, owner, name), message, remedy)


def _hosts(cluster: Cluster) -> Iterator[tuple[str, str]]:
    apps = cluster.apps
    yield "apps.client", apps.client.host
    yield "apps.server", apps.server.host
    if apps.php_my_admin.enabled:
        yield "apps.phpMyAdmin", apps.php_my_admin.host


def _host_path(cluster: Cluster, owner: str, name: str) -> Path:
    """The one of the two that the file spells out, the later one first."""
    sections = {
        "apps.client": cluster.apps.client,
        "apps.server": cluster.apps.server,
        "apps.phpMyAdmin": cluster.apps.php_my_admin,
    }
    given = [key for key in (name, owner) if "host" in sections[key].model_fields_set]
    return (*(given or [name])[0].split("."), "host")


def _beside(host: str, name: str) -> str:
    domain = host.partition(".")[2]
    return f"{as_label(name)}.{domain}" if is_dns_name(domain) else as_label(name)


def certificate_name(text: str) -> Fault | None:
    """What kubeadm takes as a subject alternative name: a name, a wildcard of one label, or an address."""
    return name_or_address(text.removeprefix("*.") if text.startswith("*.") else text)


def _secret_name(cluster: Cluster) -> str | None:
    return cluster.database.backup.s3.credentials_secret if cluster.database.backup.s3 else None


RULES: Final[tuple[Rule, ...]] = (
    machine_names,
    machine_names_differ,
    application_hosts,
    text_rule("metadata.name", lambda cluster: cluster.metadata.name, label),
    text_rule("database.name", lambda cluster: cluster.database.name, database_name),
    text_rule("database.backup.s3.credentialsSecret", _secret_name, dns_name),
    text_rule("ingress.certificateSecret", lambda cluster: cluster.ingress.certificate_secret, dns_name),
    text_rule("kubernetes.dnsDomain", lambda cluster: cluster.kubernetes.dns_domain, dns_name),
    text_rule("apps.client.host", lambda cluster: cluster.apps.client.host, dns_name),
    text_rule("apps.server.host", lambda cluster: cluster.apps.server.host, dns_name),
    text_rule("apps.phpMyAdmin.host", lambda cluster: cluster.apps.php_my_admin.host, dns_name),
    list_rule("kubernetes.certificateSANs", lambda cluster: cluster.kubernetes.certificate_sans, certificate_name),
)
