"""Disruption budgets let a drain go on, and keep something; replicas are spread."""

import math
from collections.abc import Iterator

from tests.gitops.objects import Item, Repository, dig, matches
from tests.gitops.verdict import Verdict, check, judge

HOSTNAME = "kubernetes.io/hostname"


def fewest(repository: Repository, item: Item) -> int:
    """The fewest pods that a workload has: its autoscaler's minimum, or its replicas."""
    for scaler in repository.of("HorizontalPodAutoscaler"):
        target = scaler.spec["scaleTargetRef"]
        if (target["kind"], scaler.namespace, target["name"]) == (item.kind, item.namespace, item.name):
            return int(scaler.spec.get("minReplicas", 1))
    return int(item.spec.get("replicas", 1))


def _count(value: int | str, of: int) -> int:
    """A number, or a percentage rounded up as the disruption controller does."""
    return math.ceil(int(value.removesuffix("%")) * of / 100) if isinstance(value, str) else value


@check
def disruption_budgets_let_drains_go_on(repository: Repository) -> Iterator[Verdict]:
    for budget in repository.of("PodDisruptionBudget"):
        for item, pods in repository.workloads:
            if item.namespace != budget.namespace or not matches(budget.spec.get("selector"), pods.labels):
                continue
            replicas = fewest(repository, item)
            if "maxUnavailable" in budget.spec:
                away = _count(budget.spec["maxUnavailable"], replicas)
            else:
                away = replicas - _count(budget.spec["minAvailable"], replicas)
            yield judge(budget, str(item), sound=away >= 1, problem=f"no pod of {replicas} may ever go")
            some = replicas == 1 or away < replicas
            yield judge(budget, f"{item} guarded", sound=some, problem=f"all {replicas} pods may go at once")


@check
def one_budget_for_each_pod(repository: Repository) -> Iterator[Verdict]:
    """An eviction of a pod with two budgets is refused (API-initiated eviction, kubernetes.io)."""
    for item, pods in repository.workloads:
        budgets = [
            str(budget)
            for budget in repository.of("PodDisruptionBudget")
            if budget.namespace == item.namespace and matches(budget.spec.get("selector"), pods.labels)
        ]
        if budgets:
            yield judge(item, "", sound=len(budgets) == 1, problem=f"has {budgets}")


@check
def replicas_are_spread_over_nodes(repository: Repository) -> Iterator[Verdict]:
    for item, pods in repository.workloads:
        if item.kind not in {"Deployment", "StatefulSet"} or not item.ours or fewest(repository, item) < 2:
            continue
        keys = {entry["topologyKey"] for entry in dig(pods.spec, "topologySpreadConstraints", default=[])}
        anti = dig(pods.spec, "affinity", "podAntiAffinity", default={})
        keys |= {
            term["topologyKey"] for term in dig(anti, "requiredDuringSchedulingIgnoredDuringExecution", default=[])
        }
        keys |= {
            dig(term, "podAffinityTerm", "topologyKey")
            for term in dig(anti, "preferredDuringSchedulingIgnoredDuringExecution", default=[])
        }
        yield judge(item, "", sound=HOSTNAME in keys, problem="its pods may all land on one node")


@check
def replicated_workloads_have_a_budget(repository: Repository) -> Iterator[Verdict]:
    for item, pods in repository.workloads:
        if item.kind in {"Deployment", "StatefulSet"} and item.ours and fewest(repository, item) >= 2:
            guarded = any(
                budget.namespace == item.namespace and matches(budget.spec.get("selector"), pods.labels)
                for budget in repository.of("PodDisruptionBudget")
            )
            yield judge(item, "", sound=guarded, problem="a drain may take all its pods at once")
