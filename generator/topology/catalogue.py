"""The catalogue of components: where each lies, when it is synced, and which clusters have it.

Waves: Argo CD itself, then CRDs of others, then network and storage, then what serves the cluster, then operators and
ingress, then data, then applications, then what watches them. Why, and what waits for what: docs/gitops.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from ..model import Cluster
from .applications import NAMESPACE

Condition = Callable[[Cluster], bool]


@dataclass(frozen=True, slots=True)
class Ignored:
    """A field that a controller of the cluster writes, as a jq path; Argo CD leaves it alone."""

    group: str
    kind: str
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One component. `files` are those of the add-on that it takes; without them it takes all.

    `prune` is off where a prune would take data or the network away. Entries that could not stand beside one another,
    and of which a cluster has one at a time, share an `application`.
    """

    path: str
    namespace: str
    wave: int
    addon: str = ""
    enabled: Condition = lambda _: True
    prune: bool = True
    files: tuple[str, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    project: str = "infrastructure"
    name: str = ""
    application: str = ""

    @property
    def component(self) -> str:
        """The component's name, which both flavours of one share."""
        return self.name or PurePosixPath(self.path).name


def _gateway(cluster: Cluster) -> bool:
    return cluster.ingress.controller == "nginx-gateway-fabric"


def _ingress(cluster: Cluster) -> bool:
    return cluster.ingress.controller == "ingress-nginx"


def _ha(cluster: Cluster) -> bool:
    return cluster.argocd.high_availability


def _single(cluster: Cluster) -> bool:
    return not cluster.argocd.high_availability


def _sealed(cluster: Cluster) -> bool:
    return cluster.sealed_secrets.enabled


def _verified(cluster: Cluster) -> bool:
    return cluster.kubernetes.kubelet_certificates == "cluster-ca"


def _php_my_admin(cluster: Cluster) -> bool:
    return cluster.apps.php_my_admin.enabled


def _stack(cluster: Cluster) -> bool:
    return cluster.monitoring.kube_prometheus_stack


# The webhook's certificate is made in the cluster by a Job of ingress-nginx, the number of servers by their autoscaler.
_CA_BUNDLE: Final = Ignored(
    "admissionregistration.k8s.io",
    "ValidatingWebhookConfiguration",
    "ingress-nginx-admission",
    ".webhooks[]?.clientConfig.caBundle",
)
_REPLICAS: Final = Ignored("apps", "Deployment", "server", ".spec.replicas")
STACK_WAVE: Final = 3  # kube-prometheus-stack is a chart, not a component: it needs the namespace of `monitoring`
_APPS: Final = "apps"
INGRESS: Final = "ingress"
_INFRASTRUCTURE: Final = "infrastructure"


def _argocd(path: str, file: str, enabled: Condition) -> Entry:
    """One flavour of Argo CD; each has a base of its own, for clusters that share a repository may differ."""
    return Entry(
        f"{_INFRASTRUCTURE}/{path}", "argocd", -5, "argo-cd", enabled, False, (file,), project="argocd", name="argocd"
    )


def _system(name: str, namespace: str, wave: int, addon: str = "", enabled: Condition = lambda _: True) -> Entry:
    """A part of the infrastructure that can be made anew at any time."""
    return Entry(f"{_INFRASTRUCTURE}/{name}", namespace, wave, addon, enabled)


def _kept(name: str, namespace: str, wave: int, addon: str, enabled: Condition = lambda _: True) -> Entry:
    """A part of the infrastructure that takes something with it when it goes."""
    return Entry(f"{_INFRASTRUCTURE}/{name}", namespace, wave, addon, enabled, prune=False)


def _controller(name: str, namespace: str, enabled: Condition, ignored: tuple[Ignored, ...] = ()) -> Entry:
    """An ingress controller. Both want the same NodePorts: in one Application the one that goes is pruned first."""
    path = f"{_INFRASTRUCTURE}/{name}"
    return Entry(path, namespace, -1, name, enabled, ignored=ignored, application=INGRESS)


CATALOGUE: Final = (
    _argocd("argocd-ha", "manifests/ha/install.yaml", _ha),
    _argocd("argocd", "manifests/install.yaml", _single),
    _kept("gateway-api", "kube-system", -4, "gateway-api", _gateway),
    _kept("flannel", "kube-flannel", -3, "flannel"),
    _kept("local-path-provisioner", "local-path-storage", -3, "local-path-provisioner"),
    _kept("sealed-secrets", "kube-system", -3, "sealed-secrets", _sealed),
    _system("kubelet-csr-approver", "kube-system", -3, enabled=_verified),
    _system("metrics-server", "kube-system", -2, "metrics-server"),
    _controller("nginx-gateway-fabric", "nginx-gateway", _gateway),
    _controller("ingress-nginx", "ingress-nginx", _ingress, (_CA_BUNDLE,)),
    _kept("percona-operator", "pxc-operator", -1, "percona-xtradb-cluster-operator"),
    Entry("apps/namespace", NAMESPACE, -1, prune=False, project=_APPS),
    Entry("database", NAMESPACE, 0, prune=False, project=_APPS),
    Entry("apps/client", NAMESPACE, 1, project=_APPS),
    Entry("apps/server", NAMESPACE, 1, ignored=(_REPLICAS,), project=_APPS),
    Entry("apps/phpmyadmin", NAMESPACE, 1, enabled=_php_my_admin, project=_APPS),
    Entry("monitoring", "monitoring", 2, project="monitoring"),
    # The chart brings the definitions of these.
    Entry("monitoring/scrape-targets", "monitoring", STACK_WAVE + 1, enabled=_stack, project="monitoring"),
)
