"""What each component consists of, for its AppProject: "group/Kind", or "group/Kind name" where it has no namespace.

A name may be a pattern. A test builds every component and holds its objects against this table, both ways. What goes
out of a component stays here for one release more: by this table Argo CD also decides what it may delete.
"""

from dataclasses import dataclass
from typing import Final

_RBAC: Final = "rbac.authorization.k8s.io"
_CRD: Final = "apiextensions.k8s.io/CustomResourceDefinition"
_WORKLOAD: Final = (
    "/ConfigMap",
    "/Service",
    "apps/Deployment",
    # One of the two, as the ingress controller has it.
    "gateway.networking.k8s.io/HTTPRoute",
    "networking.k8s.io/Ingress",
    "networking.k8s.io/NetworkPolicy",
)


@dataclass(frozen=True, slots=True)
class Grant:
    """Kinds without and with a namespace; and `namespaces` besides the component's own."""

    cluster: tuple[str, ...] = ()
    namespaced: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()


_GRANTS: Final[dict[str, Grant]] = {
    "argocd": Grant(
        (
            "/Namespace argocd",
            f"{_CRD} *.argoproj.io",
            f"{_RBAC}/ClusterRole argocd-*",
            f"{_RBAC}/ClusterRoleBinding argocd-*",
        ),
        (
            "/ConfigMap",
            "/Secret",
            "/Service",
            "/ServiceAccount",
            "apps/Deployment",
            "apps/StatefulSet",
            "argoproj.io/AppProject",
            "argoproj.io/Application",
            "networking.k8s.io/NetworkPolicy",
            f"{_RBAC}/Role",
            f"{_RBAC}/RoleBinding",
        ),
    ),
    "gateway-api": Grant(
        (
            f"{_CRD} *.gateway.networking.k8s.io",
            "admissionregistration.k8s.io/ValidatingAdmissionPolicy safe-upgrades.gateway.networking.k8s.io",
            "admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding safe-upgrades.gateway.networking.k8s.io",
        ),
    ),
    "flannel": Grant(
        ("/Namespace kube-flannel", f"{_RBAC}/ClusterRole flannel", f"{_RBAC}/ClusterRoleBinding flannel"),
        ("/ConfigMap", "/ServiceAccount", "apps/DaemonSet"),
    ),
    "local-path-provisioner": Grant(
        (
            "/Namespace local-path-storage",
            f"{_RBAC}/ClusterRole local-path-provisioner-role",
            f"{_RBAC}/ClusterRoleBinding local-path-provisioner-bind",
            "storage.k8s.io/StorageClass local-path",
        ),
        ("/ConfigMap", "/ServiceAccount", "apps/Deployment", f"{_RBAC}/Role", f"{_RBAC}/RoleBinding"),
    ),
    "sealed-secrets": Grant(
        (
            f"{_CRD} sealedsecrets.bitnami.com",
            f"{_RBAC}/ClusterRole secrets-unsealer",
            f"{_RBAC}/ClusterRoleBinding sealed-secrets-controller",
        ),
        ("/Service", "/ServiceAccount", "apps/Deployment", f"{_RBAC}/Role", f"{_RBAC}/RoleBinding"),
    ),
    "kubelet-csr-approver": Grant(
        (f"{_RBAC}/ClusterRole kubelet-csr-approver", f"{_RBAC}/ClusterRoleBinding kubelet-csr-approver"),
        (
            "/ServiceAccount",
            "apps/Deployment",
            "policy/PodDisruptionBudget",
            f"{_RBAC}/Role",
            f"{_RBAC}/RoleBinding",
        ),
    ),
    "metrics-server": Grant(
        (
            "apiregistration.k8s.io/APIService v1beta1.metrics.k8s.io",
            f"{_RBAC}/ClusterRole system:aggregated-metrics-reader",
            f"{_RBAC}/ClusterRole system:metrics-server",
            f"{_RBAC}/ClusterRoleBinding metrics-server:system:auth-delegator",
            f"{_RBAC}/ClusterRoleBinding system:metrics-server",
        ),
        ("/Service", "/ServiceAccount", "apps/Deployment", "policy/PodDisruptionBudget", f"{_RBAC}/RoleBinding"),
    ),
    "nginx-gateway-fabric": Grant(
        (
            "/Namespace nginx-gateway",
            f"{_CRD} *.gateway.nginx.org",
            "gateway.networking.k8s.io/GatewayClass nginx",
            f"{_RBAC}/ClusterRole nginx-gateway",
            f"{_RBAC}/ClusterRoleBinding nginx-gateway",
        ),
        (
            "/Service",
            "/ServiceAccount",
            "apps/Deployment",
            "batch/Job",
            "gateway.networking.k8s.io/Gateway",
            "gateway.nginx.org/NginxGateway",
            "gateway.nginx.org/NginxProxy",
            "policy/PodDisruptionBudget",
            f"{_RBAC}/Role",
            f"{_RBAC}/RoleBinding",
        ),
    ),
    "ingress-nginx": Grant(
        (
            "/Namespace ingress-nginx",
            "admissionregistration.k8s.io/ValidatingWebhookConfiguration ingress-nginx-admission",
            "networking.k8s.io/IngressClass nginx",
            f"{_RBAC}/ClusterRole ingress-nginx",
            f"{_RBAC}/ClusterRole ingress-nginx-admission",
            f"{_RBAC}/ClusterRoleBinding ingress-nginx",
            f"{_RBAC}/ClusterRoleBinding ingress-nginx-admission",
        ),
        (
            "/ConfigMap",
            "/Service",
            "/ServiceAccount",
            "apps/Deployment",
            "batch/Job",
            "policy/PodDisruptionBudget",
            f"{_RBAC}/Role",
            f"{_RBAC}/RoleBinding",
        ),
    ),
    "percona-operator": Grant(
        (
            "/Namespace pxc-operator",
            f"{_CRD} *.pxc.percona.com",
            f"{_RBAC}/ClusterRole percona-xtradb-cluster-operator",
            f"{_RBAC}/ClusterRoleBinding service-account-percona-xtradb-cluster-operator",
        ),
        ("/Service", "/ServiceAccount", "apps/Deployment"),
    ),
    "namespace": Grant(
        ("/Namespace apps",), ("/LimitRange", "/ResourceQuota", "/ServiceAccount", "networking.k8s.io/NetworkPolicy")
    ),
    "database": Grant((), ("networking.k8s.io/NetworkPolicy", "pxc.percona.com/PerconaXtraDBCluster")),
    "client": Grant((), (*_WORKLOAD, "policy/PodDisruptionBudget")),
    "server": Grant((), (*_WORKLOAD, "autoscaling/HorizontalPodAutoscaler", "policy/PodDisruptionBudget")),
    "phpmyadmin": Grant((), _WORKLOAD),
    "monitoring": Grant(
        ("/Namespace monitoring",),
        ("/ConfigMap", "/ServiceAccount", f"{_RBAC}/Role", f"{_RBAC}/RoleBinding"),
        # The agents' rights, where what they look at is.
        namespaces=("apps", "pxc-operator"),
    ),
    "scrape-targets": Grant(
        (),
        (
            "monitoring.coreos.com/PodMonitor",
            "monitoring.coreos.com/PrometheusRule",
            "monitoring.coreos.com/ScrapeConfig",
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Everywhere:
    """What users add to any component of some projects."""

    projects: tuple[str, ...]
    grant: Grant


# What SealedSecrets are for: certificates, credentials of backups, passwords, beside whoever needs them.
EVERYWHERE: Final = Everywhere(("infrastructure", "apps", "monitoring"), Grant((), ("bitnami.com/SealedSecret",)))


def grant(name: str) -> Grant:
    """What a component consists of, whatever a cluster switches on. KeyError when nothing is known of it."""
    return _GRANTS[name]
