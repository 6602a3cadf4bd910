"""Pod Security: every pod is admitted where it is to run, and the namespaces of the applications admit nothing less."""

from collections.abc import Iterator

from tests.gitops.build import Object
from tests.gitops.objects import Item, Repository
from tests.gitops.pod_security import LEVELS, of_custom_pods, violations
from tests.gitops.verdict import Verdict, check, judge

_ENFORCE = "pod-security.kubernetes.io/enforce"


def pods_of(repository: Repository) -> Iterator[tuple[Item, str, Object]]:
    """(object, part, pod spec) of everything that becomes pods, custom resources included."""
    for item, pods in repository.workloads:
        yield item, "", pods.spec
    for item in repository.of("PerconaXtraDBCluster"):
        for part in ("pxc", "haproxy", "proxysql"):
            section = item.spec.get(part) or {}
            if section.get("enabled", part == "pxc"):
                yield item, part, of_custom_pods(section)


@check
def pods_are_admitted(repository: Repository) -> Iterator[Verdict]:
    for item, part, spec in pods_of(repository):
        level = repository.namespace_labels(item.namespace).get(_ENFORCE, "privileged")
        found = violations(spec, level)
        yield judge(item, part, sound=not found, problem=f"{level} refuses it: {', '.join(found)}")


@check
def pods_of_ours_are_restricted(repository: Repository) -> Iterator[Verdict]:
    for item, part, spec in pods_of(repository):
        if item.ours:
            found = violations(spec, "restricted")
            yield judge(item, part, sound=not found, problem=", ".join(found))


@check
def namespaces_state_their_level(repository: Repository) -> Iterator[Verdict]:
    for item in repository.of("Namespace"):
        level = item.labels.get(_ENFORCE)
        yield judge(item, "", sound=level in LEVELS, problem=f"enforces {level}: none of {', '.join(LEVELS)}")
        if item.name == repository.topology.galera.namespace:
            yield judge(item, "apps", sound=level == "restricted", problem=f"enforces {level}, not restricted")
