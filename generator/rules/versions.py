"""Versions that go together: Kubernetes, the add-ons, containerd and the image (see compatibility.toml)."""

from collections.abc import Iterator
from typing import Final

from ..compatibility import AddOn, Range, compatibility, minor
from ..model import Cluster
from ..problem import Finding
from .rule import Rule, reads

_VERSION: Final = ("kubernetes", "version")
_CONFIG_VERSION: Final = ("kubernetes", "containerd", "configVersion")


@reads("kubernetes.version")
def kubernetes(cluster: Cluster) -> Iterator[Finding]:
    """A version that hagen renders for."""
    version, supported = cluster.kubernetes.version, compatibility().supported
    if version.minor_name not in supported:
        message = f"Kubernetes {version} is not supported; {supported} are"
        nearest = supported.nearest(version.minor_name)
        remedy = f"write version: {_full(nearest)}, or {compatibility().default} as hagen does by itself"
        yield Finding("HG702", _VERSION, message, remedy)


def used_addons(cluster: Cluster) -> Iterator[str]:
    """The names of all add-ons that this cluster gets, as the matrix has them."""
    yield from ("argo-cd", "metrics-server", "flannel", "percona-xtradb-cluster-operator")
    yield cluster.ingress.controller
    optional = {
        "gateway-api": cluster.ingress.controller == "nginx-gateway-fabric",
        "local-path-provisioner": cluster.storage.provisioner == "local-path",
        "kubelet-csr-approver": cluster.kubernetes.kubelet_certificates == "cluster-ca",
        "sealed-secrets": cluster.sealed_secrets.enabled,
        "kube-prometheus-stack": cluster.monitoring.kube_prometheus_stack,
    }
    yield from (name for name, used in optional.items() if used)


@reads(
    "kubernetes.version",
    "kubernetes.kubeletCertificates",
    "ingress.controller",
    "monitoring.kubePrometheusStack",
    "sealedSecrets.enabled",
    "storage.provisioner",
)
def addons(cluster: Cluster) -> Iterator[Finding]:
    """Each add-on that is used was tested with this Kubernetes by its makers, where they say so."""
    minor_name, matrix = cluster.kubernetes.version.minor_name, compatibility()
    if minor_name not in matrix.supported:
        return
    for name in used_addons(cluster):
        tested = matrix.tested[name]
        if tested.kubernetes is not None and minor_name not in tested.kubernetes:
            nearest = tested.kubernetes.nearest(minor_name)
            message = f"{name} {tested.version} is made for Kubernetes {tested.kubernetes}, not {minor_name}"
            chosen = name == cluster.ingress.controller and "version" not in cluster.kubernetes.model_fields_set
            path = ("ingress", "controller") if chosen else _VERSION
            yield Finding("HG703", path, message, f"write kubernetes.version: {_full(nearest)} for a tested pair")


def _full(minor_name: str) -> str:
    """A full version of a minor: the default one where it is of that minor, else the first."""
    default = compatibility().default
    return default if minor(default) == minor(minor_name) else f"{minor_name}.0"


@reads("ingress.controller")
def retired(cluster: Cluster) -> Iterator[Finding]:
    """No component without security fixes."""
    addon: AddOn | None = compatibility().addons.get(cluster.ingress.controller)
    if addon is not None and addon.retired:
        message = f"{cluster.ingress.controller} is retired since {addon.retired}"
        yield Finding("HG704", ("ingress", "controller"), message, "write controller: nginx-gateway-fabric")


@reads("kubernetes.containerd.configVersion", "kubernetes.version", "machines.image")
def containerd(cluster: Cluster) -> Iterator[Finding]:
    """The format of the containerd that the image brings; of an unknown image nothing is said."""
    matrix, image = compatibility(), cluster.machines.image
    config = cluster.kubernetes.containerd.config_version
    releases: Range = matrix.formats[config]
    installed = matrix.images.get(image)
    if installed is not None:
        if installed not in releases:
            message = f"configVersion {config} is for containerd {releases}, and {image} brings {installed}"
            yield Finding("HG705", _CONFIG_VERSION, message, f"write configVersion: {matrix.format_of(installed)}")
    elif releases.last and minor(releases.last)[0] == 1 and _is_past(cluster, matrix.last_kubernetes_of_1):
        message = (
            f"configVersion {config} is for containerd {releases}, and Kubernetes after "
            f"{matrix.last_kubernetes_of_1} needs containerd 2"
        )
        yield Finding("HG705", _CONFIG_VERSION, message, "write configVersion: 3")


def _is_past(cluster: Cluster, last: str) -> bool:
    return minor(cluster.kubernetes.version.minor_name) > minor(last)


@reads("kubernetes.kubeletCertificates")
def kubelet_certificates(cluster: Cluster) -> Iterator[Finding]:
    """Certificates that somebody can verify."""
    if cluster.kubernetes.kubelet_certificates == "self-signed":
        message = "nobody can verify self-signed certificates of the kubelets"
        yield Finding("HG809", ("kubernetes", "kubeletCertificates"), message, "write kubeletCertificates: cluster-ca")


RULES: Final[tuple[Rule, ...]] = (kubernetes, addons, retired, containerd, kubelet_certificates)
