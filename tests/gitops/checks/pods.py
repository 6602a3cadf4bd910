"""What every pod of ours carries: requests and limits, and tolerations that move it soon when a node is lost."""

from collections.abc import Iterator
from typing import Any

from tests.gitops.build import Object
from tests.gitops.objects import Item, Repository, dig
from tests.gitops.verdict import Verdict, check, judge

SOONEST, LATEST = 30, 60
_LOST = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")


@check
def containers_have_requests_and_limits(repository: Repository) -> Iterator[Verdict]:
    for item, pods in repository.workloads:
        if item.ours:
            for container in pods.containers:
                yield _resources(item, container["name"], container.get("resources") or {})
    for item in repository.of("PerconaXtraDBCluster"):
        for part in ("pxc", "haproxy", "proxysql", "logcollector", "pmm"):
            section = item.spec.get(part) or {}
            if section.get("enabled", part == "pxc"):
                yield _resources(item, part, section.get("resources") or {})
    for item in repository.of("NginxProxy"):
        container = dig(item.spec, "kubernetes", "deployment", "container", default={})
        yield _resources(item, "nginx", container.get("resources") or {})


def _resources(item: Item, about: str, resources: Object) -> Verdict:
    wanted = [(kind, name) for kind in ("requests", "limits") for name in ("cpu", "memory")]
    missing = [f"{kind}.{name}" for kind, name in wanted if dig(resources, kind, name) is None]
    return judge(item, about, sound=not missing, problem=f"lacks {missing}")


def stateless(repository: Repository) -> Iterator[tuple[Item, Object]]:
    """(object, pod spec) of what may start anywhere: Deployments of ours, and what answers for the ingress."""
    for item, pods in repository.workloads:
        if item.kind == "Deployment" and (
            item.ours or item.application in {"ingress-nginx", "metrics-server", "nginx-gateway-fabric"}
        ):
            yield item, pods.spec
    for item in repository.of("NginxProxy"):
        yield item, dig(item.spec, "kubernetes", "deployment", "pod", default={})


def _seconds(spec: Object) -> dict[str, Any]:
    return {
        entry["key"]: entry.get("tolerationSeconds")
        for entry in spec.get("tolerations") or []
        if entry.get("key") in _LOST and entry.get("effect") == "NoExecute"
    }


@check
def stateless_pods_move_soon(repository: Repository) -> Iterator[Verdict]:
    for item, spec in stateless(repository):
        found = _seconds(spec)
        sound = all(isinstance(found.get(key), int) and SOONEST <= found[key] <= LATEST for key in _LOST)
        yield judge(item, "", sound=sound, problem=f"tolerates a lost node for {found or 'the default of 300 s'}")


@check
def databases_stay(repository: Repository) -> Iterator[Verdict]:
    """A Galera node that moves without its volume is a new node: it keeps Kubernetes' own 300 s."""
    for item in repository.of("PerconaXtraDBCluster"):
        found = _seconds(item.spec.get("pxc") or {})
        sound = all(value is None or value >= 300 for value in found.values())
        yield judge(item, "", sound=sound, problem=f"its nodes leave after {found}")


@check
def deployments_of_ours_are_probed(repository: Repository) -> Iterator[Verdict]:
    for item, pods in repository.workloads:
        if item.ours and item.kind in {"Deployment", "StatefulSet", "DaemonSet"}:
            for container in pods.spec["containers"]:
                missing = [name for name in ("livenessProbe", "readinessProbe") if name not in container]
                yield judge(item, container["name"], sound=not missing, problem=f"lacks {missing}")
