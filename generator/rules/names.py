"""Names of machines, clusters and applications: DNS labels, DNS names, and no two alike."""

from collections.abc import Iterator
from typing import Final

from ..model import Cluster
from ..problem import Finding, Path, quoted
from .grammar import as_label, dns_name, is_dns_name, label, letter_label, name_or_address
from .rule import Fault, Rule, TextJudgement, list_rule, reads, text_rule

_DATABASE_NAME_LENGTH: Final = 22  # percona-xtradb-cluster-operator: metadata.name in "Custom Resource options"


_CLUSTER_NAME_LENGTH: Final = 59  # <name>-api is a label of its own
_IN_HOSTS: Final = frozenset(
    ("localhost", "ip6-localhost", "ip6-loopback", "ip6-localnet", "ip6-mcastprefix", "ip6-allnodes", "ip6-allrouters")
)
"""Names that stand in every /etc/hosts and mean something else there."""


@reads(each="nodes")
def machine_names(cluster: Cluster) -> Iterator[Finding]:
    """Host names that LXD and Kubernetes take (LXD: instance name requirements; no digit in front)."""
    for index, node in enumerate(cluster.nodes):
        fault = letter_label(node.name)
        if node.name in _IN_HOSTS:
            free = _free_name(f"k8s-{node.role}", {other.name for other in cluster.nodes})
            fault = Fault("HG402", f"{quoted(node.name)} stands in every machine's /etc/hosts", f"write {free}")
        if fault is not None:
            yield Finding(fault.code, ("nodes", index, "name"), fault.message, fault.remedy)


@reads("metadata.name", each="nodes")
def machine_names_of_the_api(cluster: Cluster) -> Iterator[Finding]:
    """The name of the virtual IP in /etc/hosts is no machine's."""
    name = f"{cluster.metadata.name}-api"
    for index, node in enumerate(cluster.nodes):
        if node.name == name:
            free = _free_name(f"k8s-{node.role}", {other.name for other in cluster.nodes})
            message = f"{quoted(name)} is the name of the API servers' virtual IP (<cluster>-api)"
            yield Finding("HG402", ("nodes", index, "name"), message, f"write {free}")


def cluster_name(text: str) -> Fault | None:
    """A label that is one with -api behind it as well."""
    fault = label(text)
    shorter = as_label(text, length=_CLUSTER_NAME_LENGTH)
    if fault is not None:
        return Fault(fault.code, fault.message, f"write {shorter}")
    if len(text) > _CLUSTER_NAME_LENGTH:
        message = f"{quoted(text)} has {len(text)} characters, and with -api behind it only {_CLUSTER_NAME_LENGTH} fit"
        return Fault("HG402", message, f"write {shorter}")
    return None


def application_host(default: str) -> TextJudgement:
    """A DNS name that does not mean the machine of whoever asks."""

    def judge(text: str) -> Fault | None:
        if text == "localhost" or text.endswith(".localhost"):
            return Fault("HG404", f"{quoted(text)} is everybody's own machine (RFC 6761)", f"write {default}")
        return dns_name(text)

    return judge


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
    taken = {host for _, host in _hosts(cluster)}
    for name, host in _hosts(cluster):
        owner = owners.setdefault(host, name)
        if owner != name:
            message = f"{quoted(host)} is the host of both {owner} and {name}"
            path = _host_path(cluster, owner, name)
            yield Finding("HG405", path, message, f"write host: {_free_host(host, str(path[1]), taken)}")


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


def _free_host(host: str, application: str, taken: set[str]) -> str:
    """A name in the same domain that no application has, after the application itself; noted as taken."""
    domain = host.partition(".")[2]
    end = f".{domain}" if is_dns_name(domain) else ""
    name = as_label(application)
    candidates = (name, *(f"{name}-{number}" for number in range(2, len(taken) + 3)))
    free = next(f"{candidate}{end}" for candidate in candidates if f"{candidate}{end}" not in taken)
    taken.add(free)
    return free


def certificate_name(text: str) -> Fault | None:
    """What kubeadm takes as a subject alternative name: a name, a wildcard of one label, or an address."""
    return name_or_address(text.removeprefix("*.") if text.startswith("*.") else text)


def _secret_name(cluster: Cluster) -> str | None:
    return cluster.database.backup.s3.credentials_secret if cluster.database.backup.s3 else None


RULES: Final[tuple[Rule, ...]] = (
    machine_names,
    machine_names_of_the_api,
    machine_names_differ,
    application_hosts,
    text_rule("metadata.name", lambda cluster: cluster.metadata.name, cluster_name),
    text_rule("database.name", lambda cluster: cluster.database.name, database_name),
    text_rule("database.backup.s3.credentialsSecret", _secret_name, dns_name),
    text_rule("ingress.certificateSecret", lambda cluster: cluster.ingress.certificate_secret, dns_name),
    text_rule("kubernetes.dnsDomain", lambda cluster: cluster.kubernetes.dns_domain, dns_name),
    text_rule("apps.client.host", lambda cluster: cluster.apps.client.host, application_host("client.local")),
    text_rule("apps.server.host", lambda cluster: cluster.apps.server.host, application_host("server.local")),
    text_rule(
        "apps.phpMyAdmin.host", lambda cluster: cluster.apps.php_my_admin.host, application_host("phpmyadmin.local")
    ),
    list_rule("kubernetes.certificateSANs", lambda cluster: cluster.kubernetes.certificate_sans, certificate_name),
)
