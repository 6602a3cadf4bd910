"""Every selector meets something: a Service without pods, or a policy that protects nothing, is a fault without an error."""

from collections.abc import Iterator

from tests.gitops.build import Object
from tests.gitops.objects import Item, Pods, Repository, dig, matches
from tests.gitops.verdict import Verdict, check, judge


def selected(repository: Repository, namespace: str, selector: Object | None) -> list[Pods]:
    """The pods of a namespace that a label selector takes."""
    return [pods for pods in repository.pods if pods.namespace == namespace and matches(selector, pods.labels)]


@check
def services_select_pods(repository: Repository) -> Iterator[Verdict]:
    for item in repository.of("Service", group=""):
        labels = item.spec.get("selector")
        if labels:
            found = selected(repository, item.namespace, {"matchLabels": labels})
            yield judge(item, "", sound=bool(found), problem=f"no pod has the labels {labels}")


@check
def disruption_budgets_select_pods(repository: Repository) -> Iterator[Verdict]:
    for item in repository.of("PodDisruptionBudget"):
        found = selected(repository, item.namespace, item.spec.get("selector"))
        yield judge(item, "", sound=bool(found), problem=f"no pod is selected by {item.spec.get('selector')}")


@check
def network_policies_select_pods(repository: Repository) -> Iterator[Verdict]:
    for item in repository.of("NetworkPolicy", group="networking.k8s.io"):
        selector = item.spec.get("podSelector") or {}
        found = not selector or selected(repository, item.namespace, selector)
        yield judge(item, "podSelector", sound=bool(found), problem=f"no pod is selected by {selector}")
        for direction, peers in (("ingress", "from"), ("egress", "to")):
            for rule in dig(item.spec, direction, default=[]):
                for peer in rule.get(peers) or []:
                    yield from _peer(repository, item, direction, peer)


def _peer(repository: Repository, item: Item, direction: str, peer: Object) -> Iterator[Verdict]:
    if "ipBlock" not in peer:
        found = peers(repository, item.namespace, peer)
        yield judge(item, direction, sound=bool(found), problem=f"no pod is meant by {peer}")


def peers(repository: Repository, namespace: str, peer: Object) -> list[Pods]:
    """The pods that a NetworkPolicy's peer means (kubernetes.io, "Network Policies", "Behavior of to and from selectors")."""
    if "namespaceSelector" not in peer:
        return selected(repository, namespace, peer.get("podSelector"))
    spaces = [
        name
        for name in {pods.namespace for pods in repository.pods}
        if matches(peer["namespaceSelector"] or {}, repository.namespace_labels(name))
    ]
    return [pods for name in spaces for pods in selected(repository, name, peer.get("podSelector") or {})]


@check
def workloads_select_their_own_pods(repository: Repository) -> Iterator[Verdict]:
    for item, pods in repository.workloads:
        if item.group == "apps":
            sound = matches(item.spec.get("selector"), pods.labels)
            yield judge(item, "", sound=sound, problem=f"its selector does not take its own pods {dict(pods.labels)}")


@check
def spreading_selects_its_own_pods(repository: Repository) -> Iterator[Verdict]:
    for item, pods in repository.workloads:
        for kind, selector in _spreading(pods.spec) if item.ours else ():
            sound = matches(selector, pods.labels)
            yield judge(item, kind, sound=sound, problem=f"{selector} does not take the pods {dict(pods.labels)}")


def _spreading(spec: Object) -> Iterator[tuple[str, Object | None]]:
    for constraint in dig(spec, "topologySpreadConstraints", default=[]):
        yield "topologySpreadConstraints", constraint.get("labelSelector")
    anti = dig(spec, "affinity", "podAntiAffinity", default={})
    for term in dig(anti, "requiredDuringSchedulingIgnoredDuringExecution", default=[]):
        yield "podAntiAffinity", term.get("labelSelector")
    for term in dig(anti, "preferredDuringSchedulingIgnoredDuringExecution", default=[]):
        yield "podAntiAffinity", dig(term, "podAffinityTerm", "labelSelector")


@check
def affinities_select_pods(repository: Repository) -> Iterator[Verdict]:
    for item, pods in repository.workloads:
        affinity = dig(pods.spec, "affinity", "podAffinity", default={})
        for term in dig(affinity, "requiredDuringSchedulingIgnoredDuringExecution", default=[]):
            found = selected(repository, item.namespace, term.get("labelSelector"))
            yield judge(item, "podAffinity", sound=bool(found), problem=f"no pod is selected by {term}")


@check
def monitors_select_what_they_scrape(repository: Repository) -> Iterator[Verdict]:
    for item in repository.of("ServiceMonitor"):
        named = dig(item.spec, "namespaceSelector", "matchNames", default=[item.namespace])
        found = [
            service
            for service in repository.of("Service", group="")
            if (service.namespace in named or dig(item.spec, "namespaceSelector", "any"))
            and matches(item.spec.get("selector"), service.labels)
        ]
        yield judge(item, "selector", sound=bool(found), problem="no Service is selected")
        names = {port.get("name") for service in found for port in service.spec["ports"]}
        for endpoint in item.spec["endpoints"]:
            port = endpoint.get("port")
            yield judge(item, "port", sound=port is None or port in names, problem=f"no selected Service has {port}")
    for item in repository.of("PodMonitor"):
        named = dig(item.spec, "namespaceSelector", "matchNames", default=[item.namespace])
        pods = [one for name in named for one in selected(repository, name, item.spec.get("selector"))]
        yield judge(item, "selector", sound=bool(pods), problem="no pod is selected")


@check
def autoscalers_have_a_target(repository: Repository) -> Iterator[Verdict]:
    for item in repository.of("HorizontalPodAutoscaler"):
        target = item.spec["scaleTargetRef"]
        found = repository.find(target["kind"], item.namespace, target["name"])
        yield judge(item, "", sound=found is not None, problem=f"{target} is not there")
        replicas = found is not None and "replicas" in found.spec
        yield judge(
            item, "replicas", sound=not replicas, problem="its target has replicas in git, which undoes scaling"
        )
