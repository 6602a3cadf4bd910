"""What a cluster was founded with: networks and an address that nobody changes afterwards, and the version that joins.

`kubeadm init` keeps its ClusterConfiguration in the ConfigMap kubeadm-config, and `kubeadm upgrade` renews its version.
A node's podCIDR cannot be changed (Kubernetes API, NodeSpec); certificates and kubeconfigs of every machine name the
endpoint. kubeadm joins a machine only with the minor that init or upgrade last had (Kubernetes, "Version skew policy",
kubeadm's skew against kubeadm).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from .machine.kubectl import Kubectl

_CONFIGMAP = ("configmap", "kubeadm-config", "--namespace=kube-system")


@dataclass(frozen=True)
class Foundation:
    """Of a ClusterConfiguration. Empty: it does not say."""

    endpoint: str
    pods: str
    services: str
    version: str

    @property
    def minor(self) -> str:
        """Like v1.36."""
        return ".".join(self.version.split(".")[:2])


def read(text: str) -> Foundation | None:
    """Of kubeadm's file, among whose documents one is the ClusterConfiguration. None when there is none."""
    try:
        documents = [each for each in yaml.safe_load_all(text) if isinstance(each, dict)]
    except yaml.YAMLError:
        return None
    return next((_foundation(each) for each in documents if each.get("kind") == "ClusterConfiguration"), None)


def found(kubectl: Kubectl) -> Foundation | None:
    """What the cluster says of itself. None when it does not; BootstrapError when it could not be asked."""
    data = (kubectl.get(*_CONFIGMAP) or {}).get("data")
    return read(str(data.get("ClusterConfiguration", ""))) if isinstance(data, dict) else None


def unchangeable(wanted: Foundation, there: Foundation) -> Iterator[tuple[str, str]]:
    """What is wanted otherwise and cannot be had: what, and why not, a sentence without its full stop."""
    fields = (
        ("kubernetes.podCIDR", there.pods, wanted.pods, "every node has its range of the old network for good"),
        ("kubernetes.serviceCIDR", there.services, wanted.services, "every Service has its address of the old network"),
        ("network.virtualIP", there.endpoint, wanted.endpoint, "certificates and kubeconfigs name the old one"),
    )
    for name, was, now, why in fields:
        if was and was != now:
            yield f"{name}: {was} -> {now}", f"{why}; write {was} again, or make another cluster beside this one"


def cannot_join(wanted: Foundation, there: Foundation) -> str:
    """Why no machine can join now. Empty when it can, or when that is not known."""
    if not there.version or there.minor == wanted.minor:
        return ""
    return (
        f"the cluster is at {there.version}, hagen.yaml at {wanted.version}, and kubeadm joins machines of the same "
        "minor only; upgrade the control planes first (RUNBOOK.md, Kubernetes)"
    )


def _foundation(document: dict[str, Any]) -> Foundation:
    networks = document.get("networking")
    networks = networks if isinstance(networks, dict) else {}
    words = (
        document.get("controlPlaneEndpoint"),
        networks.get("podSubnet"),
        networks.get("serviceSubnet"),
        document.get("kubernetesVersion"),
    )
    return Foundation(*(str(word or "") for word in words))
