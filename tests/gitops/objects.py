"""The objects of a repository as the checks see them: where each comes from, its wave, the pods that it makes."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

from hagen.generator.topology import Topology
from tests.gitops.build import Object, Tree, documents, repository, topology, tree

BUILT_IN_NAMESPACES: Final = ("default", "kube-node-lease", "kube-public", "kube-system")
# Bootstrap applies Argo CD and then the root Application; all else is synced after them.
BOOTSTRAP_WAVE: Final = -100
ROOT_WAVE: Final = -99
_WAVE: Final = "argocd.argoproj.io/sync-wave"
_CLUSTER_SCOPED: Final = frozenset(
    [
        "APIService",
        "CSIDriver",
        "CertificateSigningRequest",
        "ClusterRole",
        "ClusterRoleBinding",
        "CustomResourceDefinition",
        "IngressClass",
        "MutatingAdmissionPolicy",
        "MutatingAdmissionPolicyBinding",
        "MutatingWebhookConfiguration",
        "Namespace",
        "Node",
        "PersistentVolume",
        "PriorityClass",
        "RuntimeClass",
        "StorageClass",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
        "VolumeAttributesClass",
    ]
)
_TEMPLATES: Final = {
    "CronJob": ("jobTemplate", "spec", "template"),
    "DaemonSet": ("template",),
    "Deployment": ("template",),
    "Job": ("template",),
    "ReplicaSet": ("template",),
    "StatefulSet": ("template",),
}


def dig(value: Any, *keys: str | int, default: Any = None) -> Any:
    """The value at a path, or the default where anything on the way is missing or null."""
    for key in keys:
        if isinstance(value, list) and isinstance(key, int) and len(value) > key:
            value = value[key]
        elif isinstance(value, dict):
            value = value.get(str(key))
        else:
            return default
    return default if value is None else value


def group_of(api_version: str) -> str:
    """apps/v1 -> apps; v1 -> "" (the core group)."""
    return api_version.rpartition("/")[0]


@dataclass(frozen=True)
class Pods:
    """Pods that an object makes: their spec and labels."""

    owner: str
    namespace: str
    labels: Mapping[str, str]
    spec: Object = field(hash=False)

    @property
    def containers(self) -> list[Object]:
        """Containers of every kind."""
        return [
            container
            for kind in ("initContainers", "containers", "ephemeralContainers")
            for container in dig(self.spec, kind, default=[])
        ]


@dataclass(frozen=True, eq=False)
class Item:
    """One object. `ours` is false where an upstream manifest brings it, patched or not."""

    object: Object
    overlay: str
    application: str = ""
    app_wave: int = 0
    destination: str = ""
    ours: bool = True

    @property
    def kind(self) -> str:
        return str(self.object["kind"])

    @property
    def group(self) -> str:
        return group_of(self.object["apiVersion"])

    @property
    def name(self) -> str:
        return str(self.object["metadata"]["name"])

    @property
    def namespace(self) -> str:
        """Empty for what is in no namespace; what names none gets the Application's."""
        return str(dig(self.object, "metadata", "namespace", default=self.destination))

    @property
    def annotations(self) -> Mapping[str, str]:
        return dig(self.object, "metadata", "annotations", default={})

    @property
    def labels(self) -> Mapping[str, str]:
        return dig(self.object, "metadata", "labels", default={})

    @property
    def spec(self) -> Object:
        return dig(self.object, "spec", default={})

    @property
    def wave(self) -> tuple[int, int]:
        """The Application's wave, and the object's own in it."""
        return self.app_wave, int(self.annotations.get(_WAVE, 0))

    @property
    def identity(self) -> tuple[str, str, str, str]:
        return self.group, self.kind, self.namespace, self.name

    def __str__(self) -> str:
        place = f"{self.namespace}/" if self.namespace else ""
        return f"{self.kind} {place}{self.name}"

    @cached_property
    def pods(self) -> Pods | None:
        """The pods of a workload of Kubernetes' own."""
        if self.kind == "Pod" and not self.group:
            return Pods(str(self), self.namespace, self.labels, self.spec)
        if self.kind not in _TEMPLATES or self.group not in {"apps", "batch"}:
            return None
        template = dig(self.spec, *_TEMPLATES[self.kind], default={})
        labels = dig(template, "metadata", "labels", default={})
        return Pods(str(self), self.namespace, labels, dig(template, "spec", default={}))


@dataclass(frozen=True, eq=False)
class Repository:
    """What a cluster's overlays build to, and what checks compare it with."""

    items: tuple[Item, ...]
    topology: Topology
    files: Tree = field(default_factory=dict)

    def of(self, *kinds: str, group: str | None = None) -> list[Item]:
        """The objects of some kinds."""
        return [item for item in self.items if item.kind in kinds and group in {None, item.group}]

    def find(self, kind: str, namespace: str, name: str, group: str | None = None) -> Item | None:
        """One object, or None."""
        found = self._by_name.get((kind, namespace, name), [])
        return next((item for item in found if group in {None, item.group}), None)

    @cached_property
    def _by_name(self) -> dict[tuple[str, str, str], list[Item]]:
        index: dict[tuple[str, str, str], list[Item]] = {}
        for item in self.items:
            index.setdefault((item.kind, item.namespace, item.name), []).append(item)
        return index

    @cached_property
    def workloads(self) -> list[tuple[Item, Pods]]:
        """Everything of Kubernetes' own kinds that makes pods."""
        return [(item, item.pods) for item in self.items if item.pods is not None]

    @cached_property
    def pods(self) -> list[Pods]:
        """The pods of workloads, and those that operators make."""
        from tests.gitops.made import made_pods  # noqa: PLC0415  # it needs this module's types

        numbered = [
            pods for item, pods in self.workloads if item.kind == "StatefulSet" for pods in _numbered(item, pods)
        ]
        return [pods for _, pods in self.workloads] + numbered + list(made_pods(self))

    def namespace_labels(self, name: str) -> Mapping[str, str]:
        """A namespace's labels, with the one that Kubernetes itself sets."""
        item = self.find("Namespace", "", name, "")
        return (dict(item.labels) if item else {}) | {"kubernetes.io/metadata.name": name}


def _numbered(item: Item, pods: Pods) -> Iterator[Pods]:
    """Each pod of a StatefulSet, with the label that names it (kubernetes.io, "StatefulSets", "Pod name label")."""
    for number in range(item.spec.get("replicas", 1)):
        own = {"statefulset.kubernetes.io/pod-name": f"{item.name}-{number}"}
        yield Pods(pods.owner, pods.namespace, {**pods.labels, **own}, pods.spec)


def matches(selector: Object | None, labels: Mapping[str, str]) -> bool:
    """Whether a label selector takes these labels; None takes nothing, an empty one everything."""
    if selector is None:
        return False
    wanted = dig(selector, "matchLabels", default={})
    if any(labels.get(key) != value for key, value in wanted.items()):
        return False
    return all(_expression(entry, labels) for entry in dig(selector, "matchExpressions", default=[]))


def _expression(entry: Object, labels: Mapping[str, str]) -> bool:
    key, values = entry["key"], entry.get("values") or []
    return {
        "In": labels.get(key) in values,
        "NotIn": labels.get(key) not in values,
        "Exists": key in labels,
        "DoesNotExist": key not in labels,
    }[entry["operator"]]


def cluster_scoped(items: list[Object]) -> frozenset[tuple[str, str]]:
    """(group, kind) of everything outside namespaces, custom resources by their CRD; "" stands for built-in groups."""
    custom = {
        (item["spec"]["group"], item["spec"]["names"]["kind"])
        for item in items
        if item["kind"] == "CustomResourceDefinition" and item["spec"]["scope"] == "Cluster"
    }
    return frozenset(custom)


def _is_cluster_scoped(item: Object, custom: frozenset[tuple[str, str]]) -> bool:
    group = group_of(item["apiVersion"])
    built_in = "." not in group or group.endswith(".k8s.io")
    return (group, item["kind"]) in custom or (built_in and item["kind"] in _CLUSTER_SCOPED)


def assemble(
    overlays: Mapping[str, tuple[Object, ...]], applications: Mapping[str, Object], cluster: Topology, files: Tree
) -> Repository:
    """Objects by overlay -> the repository, with what the Applications (by their files) say of each overlay."""
    by_path = {dig(application, "spec", "source", "path"): application for application in applications.values()}
    custom = cluster_scoped([item for objects in overlays.values() for item in objects])
    items = []
    for path, objects in overlays.items():
        application = by_path.get(path, {})
        name = dig(application, "metadata", "name", default="")
        namespace = dig(application, "spec", "destination", "namespace", default="")
        theirs = _upstream_names(files, cluster, path)
        for item in objects:
            ours = (group_of(item["apiVersion"]), item["kind"], item["metadata"]["name"]) not in theirs
            destination = "" if _is_cluster_scoped(item, custom) else namespace
            items.append(Item(item, path, name, _app_wave(application, path), destination, ours))
    built = {item.name for item in items if item.kind == "Application"}
    for path, application in applications.items():
        if application["metadata"]["name"] not in built:  # the root, which bootstrap applies
            items.append(Item(application, path, "", ROOT_WAVE))
    return Repository(tuple(items), cluster, files)


def _app_wave(application: Object, overlay: str) -> int:
    if "/argocd/install" in overlay:
        return BOOTSTRAP_WAVE
    return int(dig(application, "metadata", "annotations", _WAVE, default=ROOT_WAVE))


def _upstream_names(files: Tree, cluster: Topology, overlay: str) -> frozenset[tuple[str, str, str]]:
    """Who comes from the upstream manifests of an overlay's component."""
    bases = [f"{component.path}/base/upstream/" for component in cluster.components if component.overlay == overlay]
    own = [content for path, content in files.items() for base in bases if path.startswith(base)]
    return frozenset(name for content in own for name in _names(content))


@cache
def _names(content: bytes) -> frozenset[tuple[str, str, str]]:
    """Who an upstream manifest brings; read without parsing megabytes of schemas."""
    kept = re.sub(rb"(?ms)^spec:\n.*?(?=^\S|\Z)", b"", content)
    return frozenset((group_of(item["apiVersion"]), item["kind"], item["metadata"]["name"]) for item in documents(kept))


def application_files(files: Tree, cluster: str) -> dict[str, Object]:
    """The Applications that are rendered for a cluster, by their files."""
    return {
        path: item
        for path, content in files.items()
        if path.startswith(f"clusters/{cluster}/argocd/") and path.endswith(".yaml")
        for item in documents(content)
        if item.get("kind") == "Application"
    }


@cache
def repository_of(fixture: Path) -> Repository:
    """A fixture's whole repository."""
    cluster, files = topology(fixture), tree(fixture)
    overlays = {overlay.path: overlay.objects for overlay in repository(fixture) if not overlay.error}
    return assemble(overlays, application_files(files, cluster.name), cluster, files)


def fingerprint(item: Object) -> str:
    """Equal for equal objects."""
    return json.dumps(item, sort_keys=True)
