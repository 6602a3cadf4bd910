"""What a later change meets: rollouts on full nodes, components that are switched off, or for one another.

The order of prunes, and what a sync waits for: gitops-engine, pkg/sync/sync_context.go. What a project does not permit is
left alone by prunes and cascades: controller/appcontroller.go, getPermittedAppLiveObjects (both of Argo CD 3.5).
"""

import json
import math
from collections.abc import Callable, Iterator

from tests.gitops.checks.exposure import exposed
from tests.gitops.checks.scaling import HOSTNAME, fewest
from tests.gitops.objects import Item, Pods, Repository, dig, matches
from tests.gitops.verdict import Verdict, check, judge

_SYNC = "argocd.argoproj.io/sync-options"
_COMPARE = "argocd.argoproj.io/compare-options"
_INGRESS = "ingress"
ROLLS_WITH = "hagen.dev/net-conf"


def _options(item: Item, name: str) -> set[str]:
    return {option.strip() for option in item.annotations.get(name, "").split(",")}


def _sync_options(application: Item | None) -> list[str]:
    return dig(application.spec, "syncPolicy", "syncOptions", default=[]) if application else []


@check
def rollouts_need_no_further_node(repository: Repository) -> Iterator[Verdict]:
    """A new pod that no node takes, and no old one that may go: with one worker away, every rollout ends there."""
    for item, pods in repository.workloads:
        if item.kind != "Deployment" or not _keeps_apart(pods):
            continue
        replicas = fewest(repository, item)
        surge, unavailable = _rolling(item, replicas)
        places = len(repository.topology.workers) - 1
        sound = unavailable > 0 or replicas + surge <= places
        yield judge(
            item, "", sound=sound, problem=f"{replicas} pods and {surge} new ones do not fit on {places} workers"
        )


def _keeps_apart(pods: Pods) -> bool:
    """Whether no two of the pods, old or new, may share a node."""
    terms = dig(pods.spec, "affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution", default=[])
    return any(term["topologyKey"] == HOSTNAME and matches(term.get("labelSelector"), pods.labels) for term in terms)


def _rolling(item: Item, replicas: int) -> tuple[int, int]:
    """(surge, unavailable) as the Deployment controller takes them: percentages round up and down, 25 % each."""
    strategy = item.spec.get("strategy") or {}
    if strategy.get("type") == "Recreate":
        return 0, replicas
    rolling = strategy.get("rollingUpdate") or {}
    surge = _share(rolling.get("maxSurge", "25%"), replicas, math.ceil)
    unavailable = _share(rolling.get("maxUnavailable", "25%"), replicas, math.floor)
    return surge, unavailable if surge or unavailable else 1


def _share(value: int | str, of: int, rounded: Callable[[float], int]) -> int:
    if isinstance(value, int):
        return value
    return rounded(int(value.removesuffix("%")) * of / 100)


@check
def namespaces_are_kept(repository: Repository) -> Iterator[Verdict]:
    """A namespace takes along what was made in it by hand: certificates, credentials, volumes."""
    for item in repository.of("Namespace", group=""):
        missing = {"Prune=false", "Delete=false"} - _options(item, _SYNC)
        yield judge(item, "", sound=not missing, problem=f"goes with its Application: lacks {sorted(missing)}")


@check
def kept_objects_are_not_missed(repository: Repository) -> Iterator[Verdict]:
    """What stays though git has it no more would leave an Application that prunes out of sync, and healing, for ever."""
    pruning = {
        item.name
        for item in repository.of("Application", group="argoproj.io")
        if dig(item.spec, "syncPolicy", "automated", "prune")
    }
    root = next((item.name for item in repository.of("Application") if item.application == ""), "")
    for item in repository.items:
        if (item.application or root) in pruning and "Prune=false" in _options(item, _SYNC):
            sound = "IgnoreExtraneous" in _options(item, _COMPARE)
            yield judge(item, "", sound=sound, problem="is kept, and compared: lacks IgnoreExtraneous")


@check
def no_sync_waits_for_a_person(repository: Repository) -> Iterator[Verdict]:
    """A sync that waits for a confirmation does not see newer commits."""
    for item in repository.items:
        if item.kind == "Application" or item.application:
            sound = "Prune=confirm" not in _options(item, _SYNC)
            yield judge(item, "", sound=sound, problem="its prune holds the sync up until somebody confirms")


@check
def children_are_pruned_in_waves(repository: Repository) -> Iterator[Verdict]:
    """With PruneLast what is switched off stays until everything else is healthy, which may be because of it."""
    for item in repository.of("Application", group="argoproj.io"):
        if not dig(item.spec, "source", "path", default="").endswith("/argocd"):
            continue
        yield judge(item, "", sound="PruneLast=true" not in _sync_options(item), problem="prunes after everything else")


@check
def node_ports_are_given_up_before_they_are_taken(repository: Repository) -> Iterator[Verdict]:
    """Two controllers, one pair of NodePorts: they take turns in one Application, which prunes first."""
    for item in exposed(repository):
        application = repository.find("Application", "argocd", item.application)
        sound = item.application == _INGRESS
        yield judge(item, "Application", sound=sound, problem=f"is in {item.application}, beside the one to come")
        first = "PruneLast=true" not in _sync_options(application)
        yield judge(item, "order", sound=first, problem="holds its ports until its successor has them")


@check
def sealed_secrets_may_be_used(repository: Repository) -> Iterator[Verdict]:
    """A controller that no project lets anybody use is there for nothing."""
    if not repository.find("CustomResourceDefinition", "", "sealedsecrets.bitnami.com"):
        return
    for name in ("apps", "infrastructure", "monitoring"):
        project = repository.find("AppProject", "argocd", name)
        kinds = project.spec.get("namespaceResourceWhitelist") or [] if project else []
        sound = {"group": "bitnami.com", "kind": "SealedSecret"} in kinds
        yield judge(f"AppProject argocd/{name}", "", sound=sound, problem="does not take SealedSecrets")


@check
def flannel_restarts_with_its_configuration(repository: Repository) -> Iterator[Verdict]:
    """flannel reads its file once: its pods carry what is in it, so that another MTU is another template."""
    for item in repository.of("DaemonSet"):
        volumes = dig(item.spec, "template", "spec", "volumes", default=[])
        names = [dig(volume, "configMap", "name") for volume in volumes]
        sources = [repository.find("ConfigMap", item.namespace, name) for name in names if name]
        for source in sources:
            text = dig(source.object, "data", "net-conf.json") if source else None
            if text:
                noted = dig(item.spec, "template", "metadata", "annotations", ROLLS_WITH, default="null")
                sound = json.loads(noted) == json.loads(text)
                yield judge(item, "", sound=sound, problem=f"{ROLLS_WITH} is not what {source} has")
