"""Applications lead somewhere, and their projects let them do what they have to do, and no more."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from tests.gitops.build import Object
from tests.gitops.objects import Item, Repository, dig
from tests.gitops.verdict import Verdict, check, judge

_HOOK = "argocd.argoproj.io/hook"
_HOOK_DELETE = "argocd.argoproj.io/hook-delete-policy"


def _in_cluster(destination: Object) -> bool:
    return destination.get("server") == "https://kubernetes.default.svc" or destination.get("name") == "in-cluster"


@check
def applications_lead_to_overlays(repository: Repository) -> Iterator[Verdict]:
    overlays = {item.overlay for item in repository.items}
    for item in repository.of("Application", group="argoproj.io"):
        source = item.spec.get("source") or {}
        if "chart" in source or "sources" in item.spec:
            continue
        path = source.get("path", "")
        plain = any(name.startswith(f"{path}/") and name.endswith(".yaml") for name in repository.files)
        yield judge(item, path, sound=path in overlays or plain, problem="nothing is built at its path")
        yield judge(item, "server", sound=_in_cluster(item.spec["destination"]), problem="is not for this cluster")


@check
def every_overlay_has_an_application(repository: Repository) -> Iterator[Verdict]:
    paths = {dig(item.spec, "source", "path") for item in repository.of("Application", group="argoproj.io")}
    for overlay in sorted({item.overlay for item in repository.items if not item.overlay.endswith(".yaml")}):
        yield judge(overlay, "", sound=overlay in paths, problem="no Application syncs it")


@check
def applications_have_a_project(repository: Repository) -> Iterator[Verdict]:
    for item in repository.of("Application", group="argoproj.io"):
        project = repository.find("AppProject", "argocd", item.spec["project"])
        yield judge(item, item.spec["project"], sound=project is not None, problem="its project is not there")
        if project is not None:
            yield from _allowed_by(project, item)
            first = project.wave <= item.wave
            yield judge(item, "order", sound=first, problem=f"its project comes in wave {project.wave}")


def _allowed_by(project: Item, item: Item) -> Iterator[Verdict]:
    sources = item.spec.get("sources") or [item.spec["source"]]
    for source in sources:
        url = source["repoURL"]
        sound = any(fnmatchcase(url, pattern) for pattern in project.spec.get("sourceRepos") or [])
        yield judge(item, url, sound=sound, problem=f"project {project.name} does not take this source")
    destination = item.spec["destination"]
    sound = _takes(project, destination, destination.get("namespace", ""))
    yield judge(item, "destination", sound=sound, problem=f"project {project.name} does not go to {destination}")


def _takes(project: Item, destination: Object, namespace: str) -> bool:
    return any(
        fnmatchcase(destination.get("server", ""), entry.get("server", ""))
        and fnmatchcase(namespace, entry.get("namespace", ""))
        for entry in project.spec.get("destinations") or []
    )


@check
def projects_allow_every_object(repository: Repository) -> Iterator[Verdict]:
    by_name = {item.name: item for item in repository.of("Application", group="argoproj.io")}
    for item in repository.items:
        application = by_name.get(item.application)
        project = repository.find("AppProject", "argocd", application.spec["project"]) if application else None
        if application is None or project is None:
            continue
        if item.namespace:
            sound = _takes(project, application.spec["destination"], item.namespace)
            yield judge(item, "namespace", sound=sound, problem=f"project {project.name} may not write there")
        sound = allows_kind(project.spec, item)
        yield judge(item, "kind", sound=sound, problem=f"project {project.name} does not take {item.group}/{item.kind}")


def allows_kind(project: Object, item: Item) -> bool:
    """Argo CD, "Projects": cluster kinds must be listed; kinds in namespaces need it only where a list is."""
    scope = "namespaceResource" if item.namespace else "clusterResource"
    white, black = project.get(f"{scope}Whitelist"), project.get(f"{scope}Blacklist") or []
    if any(_is(entry, item) for entry in black):
        return False
    if white is None:
        return bool(item.namespace)
    return any(_is(entry, item) for entry in white)


def _is(entry: Object, item: Item) -> bool:
    named = "name" not in entry or fnmatchcase(item.name, entry["name"])
    return named and fnmatchcase(item.group, entry["group"]) and fnmatchcase(item.kind, entry["kind"])


@check
def projects_are_narrow(repository: Repository) -> Iterator[Verdict]:
    for project in repository.of("AppProject", group="argoproj.io"):
        if project.name == "default":
            closed = not project.spec.get("sourceRepos") and not project.spec.get("destinations")
            yield judge(project, "", sound=closed, problem="the project of whoever names none may do something")
            continue
        wide = [entry for entry in project.spec.get("sourceRepos") or [] if entry == "*"]
        wide += [
            entry
            for entry in project.spec.get("destinations") or []
            if "*" in {entry.get("namespace"), entry.get("server")}
        ]
        lists = ("clusterResourceWhitelist", "namespaceResourceWhitelist")
        wide += [entry for name in lists for entry in project.spec.get(name) or [] if entry["kind"] == "*"]
        yield judge(project, "", sound=not wide, problem=f"allows anything: {wide}")


@check
def applications_retry_and_heal(repository: Repository) -> Iterator[Verdict]:
    for item in repository.of("Application", group="argoproj.io"):
        policy = item.spec.get("syncPolicy") or {}
        yield judge(
            item, "selfHeal", sound=dig(policy, "automated", "selfHeal") is True, problem="does not heal itself"
        )
        yield judge(
            item, "retry", sound="backoff" in (policy.get("retry") or {}), problem="does not retry with backoff"
        )


def ignored(application: Item, kind: str, part: str) -> bool:
    """Whether an Application ignores differences in a field of a kind."""
    return any(
        fnmatchcase(kind, entry.get("kind", ""))
        and any(part in path for key in ("jsonPointers", "jqPathExpressions") for path in entry.get(key) or [])
        for entry in application.spec.get("ignoreDifferences") or []
    )


@check
def scaled_replicas_are_ignored(repository: Repository) -> Iterator[Verdict]:
    yield from _ignores(repository, ("HorizontalPodAutoscaler",), "replicas")


@check
def injected_certificates_are_ignored(repository: Repository) -> Iterator[Verdict]:
    kinds = ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")
    yield from _ignores(repository, kinds, "caBundle")


def _ignores(repository: Repository, kinds: tuple[str, ...], part: str) -> Iterator[Verdict]:
    by_name = {item.name: item for item in repository.of("Application", group="argoproj.io")}
    for item in repository.of(*kinds):
        if item.application not in by_name:
            continue
        application = by_name[item.application]
        kind = item.spec["scaleTargetRef"]["kind"] if item.kind == "HorizontalPodAutoscaler" else item.kind
        yield judge(
            item,
            part,
            sound=ignored(application, kind, part),
            problem=f"Application {application.name} fights about {part}",
        )
        options = dig(application.spec, "syncPolicy", "syncOptions", default=[])
        respected = "RespectIgnoreDifferences=true" in options
        yield judge(
            item,
            f"{part} respected",
            sound=respected,
            problem="ignoring ends at the comparison: a sync still writes it",
        )


@check
def jobs_can_be_synced(repository: Repository) -> Iterator[Verdict]:
    """A Job that Kubernetes deletes is missing for ever, and a Job's template cannot be changed: so they are hooks."""
    for item in repository.of("Job"):
        if not item.application:
            continue
        hook, policy = item.annotations.get(_HOOK, ""), item.annotations.get(_HOOK_DELETE, "")
        yield judge(item, "hook", sound=hook in {"Sync", "PreSync"}, problem=f"is no hook of the sync: {hook!r}")
        yield judge(item, "delete", sound=policy == "BeforeHookCreation", problem=f"is not made anew: {policy!r}")
        kept = "ttlSecondsAfterFinished" not in item.spec
        yield judge(item, "ttl", sound=kept, problem="is deleted by Kubernetes behind Argo CD's back")


@check
def data_is_never_pruned(repository: Repository) -> Iterator[Verdict]:
    for item in repository.of("PerconaXtraDBCluster", "PersistentVolumeClaim"):
        options = item.annotations.get("argocd.argoproj.io/sync-options", "")
        yield judge(item, "prune", sound="Prune=false" in options, problem="a prune would take the data")
        finalizers = dig(item.object, "metadata", "finalizers", default=[])
        risky = [entry for entry in finalizers if "delete-pxc-pvc" in entry or "delete-ssl" in entry]
        yield judge(item, "finalizers", sound=not risky, problem=f"a deletion would take the data: {risky}")
