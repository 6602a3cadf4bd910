"""Rights: none by wildcard in what is ours, and every subject is who it should be."""

from collections.abc import Iterator

from tests.gitops.objects import Repository
from tests.gitops.verdict import Verdict, check, judge


@check
def roles_have_no_wildcards(repository: Repository) -> Iterator[Verdict]:
    for item in repository.of("Role", "ClusterRole"):
        if item.ours:
            for rule in item.object.get("rules") or []:
                wide = [
                    key
                    for key in ("verbs", "resources", "apiGroups", "nonResourceURLs")
                    if "*" in (rule.get(key) or [])
                ]
                yield judge(item, f"{rule.get('resources')}", sound=not wide, problem=f"has a wildcard in {wide}")


@check
def roles_do_not_read_all_secrets(repository: Repository) -> Iterator[Verdict]:
    for item in repository.of("Role", "ClusterRole"):
        if item.ours:
            for rule in item.object.get("rules") or []:
                wide = "secrets" in (rule.get("resources") or []) and not rule.get("resourceNames")
                yield judge(item, f"{rule.get('resources')}", sound=not wide, problem="may read every Secret")


@check
def bindings_have_subjects_with_namespaces(repository: Repository) -> Iterator[Verdict]:
    """kustomize moves an object's namespace and leaves its subjects behind, without a word."""
    for item in repository.of("RoleBinding", "ClusterRoleBinding"):
        subjects = item.object.get("subjects") or []
        yield judge(item, "", sound=bool(subjects), problem="binds nobody")
        for subject in subjects:
            if subject["kind"] == "ServiceAccount":
                sound = repository.find("ServiceAccount", subject.get("namespace", ""), subject["name"], "") is not None
                yield judge(
                    item,
                    subject["name"],
                    sound=sound,
                    problem=f"no ServiceAccount {subject.get('namespace')}/{subject['name']}",
                )


@check
def tokens_are_mounted_only_where_used(repository: Repository) -> Iterator[Verdict]:
    """A workload of ours whose ServiceAccount no binding names has no use for a token."""
    bound = {
        (subject.get("namespace"), subject["name"])
        for item in repository.of("RoleBinding", "ClusterRoleBinding")
        for subject in item.object.get("subjects") or []
        if subject["kind"] == "ServiceAccount"
    }
    for item, pods in repository.workloads:
        if not item.ours:
            continue
        name = pods.spec.get("serviceAccountName", "default")
        account = repository.find("ServiceAccount", pods.namespace, name, "")
        mounted = pods.spec.get("automountServiceAccountToken")
        if mounted is None:
            mounted = (account.object.get("automountServiceAccountToken") if account else None) is not False
        sound = not mounted or (pods.namespace, name) in bound
        yield judge(item, name, sound=sound, problem="mounts a token that gives it no right")
