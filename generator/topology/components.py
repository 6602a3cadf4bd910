"""The components that Argo CD syncs: one line each in `_TABLE`, one folder each below gitops-template/components/."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from ..compatibility import AddOn, compatibility
from ..model import Cluster
from .applications import NAMESPACE

VENDORED: Final = "upstream"


@dataclass(frozen=True, slots=True)
class Upstream:
    """One upstream manifest. `resource` is what the base's kustomization lists: the URL, or the vendored copy."""

    addon: str
    version: str
    file: str
    url: str
    local: str
    resource: str


@dataclass(frozen=True, slots=True)
class Component:
    """One child Application. `wave` orders it; `prune` is off where a prune would take data or the network away."""

    name: str
    path: str
    project: str
    namespace: str
    wave: int
    prune: bool
    version: str
    upstream: tuple[Upstream, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    folder: str
    project: str
    namespace: str
    wave: int
    addon: str = ""
    prune: bool = True
    enabled: Callable[[Cluster], bool] = lambda _: True


def _uses(controller: str) -> Callable[[Cluster], bool]:
    return lambda cluster: cluster.ingress.controller == controller


# Waves: CRDs of others, then network and storage, then what serves the cluster, then operators and ingress, then data,
# then applications, then what watches them. Argo CD itself is wave -5 (clusters/<cluster>/argocd/install).
_TABLE: Final = (
    _Entry("gateway-api", "infrastructure", "infrastructure", "kube-system", -4, "gateway-api", prune=False, enabled=_uses("nginx-gateway-fabric")),
    _Entry("flannel", "infrastructure", "infrastructure", "kube-flannel", -3, "flannel", prune=False),
    _Entry("local-path-provisioner", "infrastructure", "infrastructure", "local-path-storage", -3, "local-path-provisioner", prune=False),
    _Entry("sealed-secrets", "infrastructure", "infrastructure", "kube-system", -3, "sealed-secrets", enabled=lambda cluster: cluster.sealed_secrets.enabled),
    _Entry("kubelet-csr-approver", "infrastructure", "infrastructure", "kube-system", -3, enabled=lambda cluster: cluster.kubernetes.kubelet_certificates == "cluster-ca"),
    _Entry("metrics-server", "infrastructure", "infrastructure", "kube-system", -2, "metrics-server"),
    _Entry("nginx-gateway-fabric", "infrastructure", "infrastructure", "nginx-gateway", -1, "nginx-gateway-fabric", enabled=_uses("nginx-gateway-fabric")),
    _Entry("ingress-nginx", "infrastructure", "infrastructure", "ingress-nginx", -1, "ingress-nginx", enabled=_uses("ingress-nginx")),
    _Entry("percona-operator", "infrastructure", "infrastructure", "pxc-operator", -1, "percona-xtradb-cluster-operator", prune=False),
    _Entry("namespace", "apps", "apps", NAMESPACE, -1, prune=False),
    _Entry("database", "", "apps", NAMESPACE, 0, prune=False),
    _Entry("client", "apps", "apps", NAMESPACE, 1),
    _Entry("server", "apps", "apps", NAMESPACE, 1),
    _Entry("phpmyadmin", "apps", "apps", NAMESPACE, 1, enabled=lambda cluster: cluster.apps.php_my_admin.enabled),
    _Entry("monitoring", "", "monitoring", "monitoring", 2),
)  # fmt: skip


def components(cluster: Cluster, vendored: frozenset[tuple[str, str]] = frozenset()) -> tuple[Component, ...]:
    """The components of a cluster, in the order of their waves; `vendored` are (add-on, version) pairs kept in git."""
    return tuple(_component(entry, vendored) for entry in _TABLE if entry.enabled(cluster))


def _component(entry: _Entry, vendored: frozenset[tuple[str, str]]) -> Component:
    addon = compatibility().addons[entry.addon] if entry.addon else None
    return Component(
        name=entry.name,
        path=f"{entry.folder}/{entry.name}" if entry.folder else entry.name,
        project=entry.project,
        namespace=entry.namespace,
        wave=entry.wave,
        prune=entry.prune,
        version=addon.version if addon else "",
        upstream=tuple(upstream(entry.addon, addon, vendored)) if addon else (),
    )


def upstream(name: str, addon: AddOn, vendored: frozenset[tuple[str, str]]) -> Iterator[Upstream]:
    """The upstream manifests of an add-on."""
    for file in addon.files:
        url = addon.url.format(version=addon.version, file=file)
        local = f"{VENDORED}/{PurePosixPath(file).name}"
        resource = local if (name, addon.version) in vendored else url
        yield Upstream(name, addon.version, file, url, local, resource)
