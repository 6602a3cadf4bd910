"""Whatever an object names is there, and no later than the object itself."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.gitops.build import Object
from tests.gitops.made import made_ports, made_wave
from tests.gitops.objects import Item, Pods, Repository, dig
from tests.gitops.verdict import Verdict, check, judge

_WEBHOOKS = ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration")


@dataclass(frozen=True)
class Reference:
    """That an object names another. `key` is a key of a ConfigMap or Secret; `port` one of a Service."""

    kind: str
    namespace: str
    name: str
    key: str = ""
    port: int | str = ""

    def __str__(self) -> str:
        place = f"{self.namespace}/" if self.namespace else ""
        return f"{self.kind} {place}{self.name}"


@check
def references_exist(repository: Repository) -> Iterator[Verdict]:
    for item in repository.items:
        for reference in sorted(set(references(item)), key=repr):
            yield _verdict(repository, item, reference)


def _verdict(repository: Repository, item: Item, reference: Reference) -> Verdict:
    target = repository.find(reference.kind, reference.namespace, reference.name)
    wave = target.app_wave if target else made_wave(repository, reference.kind, reference.namespace, reference.name)
    if wave is None:
        return Verdict(str(item), str(reference), "is not there, and nobody makes it")
    if wave > item.app_wave:
        return Verdict(str(item), str(reference), f"comes in wave {wave}, after wave {item.app_wave}")
    if target is not None:
        return judge(
            item, str(reference), sound=_has(target, reference), problem=f"lacks {reference.key or reference.port}"
        )
    ports = made_ports(repository, reference.namespace, reference.name)
    sound = not reference.port or ports is None or reference.port in ports
    return judge(item, str(reference), sound=sound, problem=f"has no port {reference.port}")


def _has(target: Item, reference: Reference) -> bool:
    if reference.key:
        data = dig(target.object, "data", default={}) | dig(target.object, "binaryData", default={})
        return reference.key in data
    if reference.port:
        ports = target.spec.get("ports") or target.spec.get("listeners") or []
        return reference.port in {value for port in ports for value in (port.get("port"), port.get("name"))}
    return True


def references(item: Item) -> Iterator[Reference]:
    """Everything that an object names."""
    if item.pods is not None:
        yield from _of_pods(item.pods)
    for claim in dig(item.spec, "volumeClaimTemplates", default=[]):
        yield from _of_claim(claim.get("spec") or {})
    special = _BY_KIND.get(item.kind)
    if special is not None:
        yield from special(item)


def _of_pods(pods: Pods) -> Iterator[Reference]:
    spec, namespace = pods.spec, pods.namespace
    yield Reference("ServiceAccount", namespace, spec.get("serviceAccountName") or "default")
    for secret in dig(spec, "imagePullSecrets", default=[]):
        yield Reference("Secret", namespace, secret["name"])
    if spec.get("priorityClassName"):
        yield Reference("PriorityClass", "", spec["priorityClassName"])
    for container in pods.containers:
        yield from _of_environment(container, namespace)
    for volume in dig(spec, "volumes", default=[]):
        yield from _of_volume(volume, namespace)


def _of_environment(container: Object, namespace: str) -> Iterator[Reference]:
    for source in dig(container, "envFrom", default=[]):
        for key, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
            if key in source and not source[key].get("optional"):
                yield Reference(kind, namespace, source[key]["name"])
    for variable in dig(container, "env", default=[]):
        for key, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
            wanted = dig(variable, "valueFrom", key)
            if wanted and not wanted.get("optional"):
                yield Reference(kind, namespace, wanted["name"], wanted["key"])


def _of_volume(volume: Object, namespace: str) -> Iterator[Reference]:
    if "persistentVolumeClaim" in volume:
        yield Reference("PersistentVolumeClaim", namespace, volume["persistentVolumeClaim"]["claimName"])
    for source in (volume, *dig(volume, "projected", "sources", default=[])):
        for key, kind, named in (("configMap", "ConfigMap", "name"), ("secret", "Secret", "secretName")):
            wanted = source.get(key)
            if wanted and not wanted.get("optional"):
                name = wanted.get(named) or wanted["name"]
                keys = [entry["key"] for entry in wanted.get("items") or []]
                yield from (Reference(kind, namespace, name, entry) for entry in keys or [""])


def _of_claim(claim: Object) -> Iterator[Reference]:
    if claim.get("storageClassName"):
        yield Reference("StorageClass", "", claim["storageClassName"])


def _of_persistent_claim(item: Item) -> Iterator[Reference]:
    yield from _of_claim(item.spec)


def _of_ingress(item: Item) -> Iterator[Reference]:
    if item.spec.get("ingressClassName"):
        yield Reference("IngressClass", "", item.spec["ingressClassName"])
    for entry in dig(item.spec, "tls", default=[]):
        if entry.get("secretName"):
            yield Reference("Secret", item.namespace, entry["secretName"])
    paths = [path for rule in dig(item.spec, "rules", default=[]) for path in dig(rule, "http", "paths", default=[])]
    for backend in (item.spec.get("defaultBackend"), *(path["backend"] for path in paths)):
        service = dig(backend, "service")
        if service:
            port = service["port"].get("name") or service["port"].get("number")
            yield Reference("Service", item.namespace, service["name"], port=port)


def _of_route(item: Item) -> Iterator[Reference]:
    for parent in dig(item.spec, "parentRefs", default=[]):
        section = parent.get("sectionName") or parent.get("port") or ""
        kind = parent.get("kind", "Gateway")
        yield Reference(kind, parent.get("namespace", item.namespace), parent["name"], port=section)
    for rule in dig(item.spec, "rules", default=[]):
        for backend in rule.get("backendRefs") or []:
            namespace = backend.get("namespace", item.namespace)
            yield Reference(backend.get("kind", "Service"), namespace, backend["name"], port=backend.get("port", ""))


def _of_gateway(item: Item) -> Iterator[Reference]:
    yield Reference("GatewayClass", "", item.spec["gatewayClassName"])
    parameters = dig(item.spec, "infrastructure", "parametersRef")
    if parameters:
        yield Reference(parameters["kind"], item.namespace, parameters["name"])
    for listener in item.spec["listeners"]:
        for certificate in dig(listener, "tls", "certificateRefs", default=[]):
            yield Reference("Secret", certificate.get("namespace", item.namespace), certificate["name"])


def _of_gateway_class(item: Item) -> Iterator[Reference]:
    wanted = item.spec.get("parametersRef")
    if wanted:
        yield Reference(wanted["kind"], wanted.get("namespace", ""), wanted["name"])


def _of_policy(item: Item) -> Iterator[Reference]:
    targets = dig(item.spec, "targetRefs", default=[]) + [item.spec[key] for key in ("targetRef",) if key in item.spec]
    for target in targets:
        yield Reference(target["kind"], item.namespace, target["name"])


def _of_webhooks(item: Item) -> Iterator[Reference]:
    for webhook in item.object.get("webhooks") or []:
        service = dig(webhook, "clientConfig", "service")
        if service:
            yield Reference("Service", service["namespace"], service["name"], port=service.get("port", 443))


def _of_api_service(item: Item) -> Iterator[Reference]:
    service = item.spec.get("service")
    if service:
        yield Reference("Service", service["namespace"], service["name"], port=service.get("port", 443))


def _of_binding(item: Item) -> Iterator[Reference]:
    role = item.object["roleRef"]
    namespace = item.namespace if role["kind"] == "Role" else ""
    yield Reference(role["kind"], namespace, role["name"])
    for subject in item.object.get("subjects") or []:
        if subject["kind"] == "ServiceAccount":
            yield Reference("ServiceAccount", subject.get("namespace", ""), subject["name"])


def _of_database(item: Item) -> Iterator[Reference]:
    spec, space = item.spec, item.namespace
    secrets = [spec.get(key) for key in ("secretsName", "sslSecretName", "sslInternalSecretName", "vaultSecretName")]
    secrets += [dig(user, "passwordSecretRef", "name") for user in dig(spec, "users", default=[])]
    storages = dig(spec, "backup", "storages", default={}).values()
    secrets += [dig(storage, "s3", "credentialsSecret") for storage in storages]
    yield from (Reference("Secret", space, secret) for secret in secrets if secret)
    for part in ("pxc", "haproxy", "proxysql"):
        if dig(spec, part, "serviceAccountName"):
            yield Reference("ServiceAccount", space, spec[part]["serviceAccountName"])
        yield from _of_claim(dig(spec, part, "volumeSpec", "persistentVolumeClaim", default={}))


_BY_KIND = {
    "APIService": _of_api_service,
    "BackendTLSPolicy": _of_policy,
    "ClientSettingsPolicy": _of_policy,
    "ClusterRoleBinding": _of_binding,
    "GRPCRoute": _of_route,
    "Gateway": _of_gateway,
    "GatewayClass": _of_gateway_class,
    "HTTPRoute": _of_route,
    "Ingress": _of_ingress,
    "ObservabilityPolicy": _of_policy,
    "PerconaXtraDBCluster": _of_database,
    "PersistentVolumeClaim": _of_persistent_claim,
    "RoleBinding": _of_binding,
    "TLSRoute": _of_route,
} | dict.fromkeys(_WEBHOOKS, _of_webhooks)
