"""Calls of kubectl, held against the real one (subcommands and options) and against the objects that there will be."""

import re
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from tests.gitops.build import documents, kubectl
from tests.gitops.follow import Call
from tests.gitops.made import made_ports, made_wave
from tests.gitops.objects import BUILT_IN_NAMESPACES, Repository, dig, matches
from tests.gitops.schemas import Custom, built_in_faults

_NESTED: Final = {"create": {"secret", "namespace"}, "rollout": {"status", "restart"}, "secret": {"generic", "tls"}}
_TAKE_VALUES: Final = ("-n", "-o", "-l", "-c", "-f", "-k", "-L")
_KINDS: Final = {
    **dict.fromkeys(("node", "nodes"), "Node"),
    **dict.fromkeys(("pod", "pods"), "Pod"),
    **dict.fromkeys(("deployment", "deployments"), "Deployment"),
    **dict.fromkeys(("secret", "secrets"), "Secret"),
    **dict.fromkeys(("cm", "configmap", "configmaps"), "ConfigMap"),
    **dict.fromkeys(("svc", "service", "services"), "Service"),
    **dict.fromkeys(("pvc", "persistentvolumeclaims"), "PersistentVolumeClaim"),
    "hpa": "HorizontalPodAutoscaler",
    "crd": "CustomResourceDefinition",
    "events": "Event",
    "csr": "CertificateSigningRequest",
}
_CLUSTER_WIDE: Final = {"Node", "CertificateSigningRequest", "CustomResourceDefinition", "Namespace"}
AS_ARGOCD: Final = "--field-manager=argocd-controller"
_OF_NODES: Final = {"drain", "uncordon", "cordon"}
_OF_PODS: Final = {"exec", "logs"}
# What these make on the way is nobody's object before.
_MAKE: Final = {"create", "apply"}


@dataclass
class _Read:
    """Arguments of kubectl, told apart."""

    words: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)


def created(calls: Iterable[Call]) -> frozenset[tuple[str, str, str]]:
    """(kind, namespace, name) of the Secrets that calls make."""
    found = set()
    for call in calls:
        read = _read(call.arguments) if call.program == "kubectl" else _Read()
        if read.words[:2] == ["create", "secret"]:
            found.add(("Secret", read.values.get("-n", ""), read.words[3]))
    return frozenset(found)


def faults_of(call: Call, repository: Repository, before: frozenset[tuple[str, str, str]]) -> Iterator[str]:
    """What is wrong with one call; `before` are the objects that others make."""
    read = _read(call.arguments)
    namespace = read.values.get("-n", "")
    depth = _depth(read.words)
    yield from _usage((*read.words[:depth], *read.options))
    if namespace and namespace not in BUILT_IN_NAMESPACES and not repository.find("Namespace", "", namespace, ""):
        yield f"there is no namespace {namespace}"
    if not read.words:
        return
    verb, words = read.words[0], read.words[depth:]
    if verb not in _MAKE:
        missing = _objects(verb, words, namespace, repository)
        mine = {f"there is no {kind} {place}/{name}" for kind, place, name in before}
        yield from (fault for fault in missing if fault not in mine)
    if verb == "get" and words == ["pods"] and "-l" in read.values:
        yield from _selected(read.values["-l"], namespace, repository)
    yield from _sources(read, repository)
    yield from _owner(read)
    for item in documents(call.stdin) if read.values.get("-f") == "-" else []:
        yield from _schema(item, repository)


def _read(arguments: Sequence[str]) -> _Read:
    read, before = _Read(), iter(arguments)
    for word in before:
        if word == "--":
            break
        if word in _TAKE_VALUES:
            value = next(before, "")  # a sentence may stop here
            read.values |= {word: value} if value else {}
            read.options += [word, value] if value and word != "-n" else []
        elif word.startswith("-"):
            read.options.append(word)
        else:
            read.words.append(word)
    return read


def _depth(words: list[str]) -> int:
    """How many of the words name the command."""
    depth = min(1, len(words))
    while depth < len(words) and words[depth] in _NESTED.get(words[depth - 1], ()):
        depth += 1
    return depth


@cache
def _usage(command: tuple[str, ...]) -> tuple[str, ...]:
    """What kubectl itself says of a command and its options. It reads them before it shows its help."""
    result = subprocess.run([kubectl(), *command, "--help"], capture_output=True, text=True, check=False)
    names = [word for word in command if not word.startswith("-")]
    if result.returncode:
        return (result.stderr.strip().splitlines()[0],)
    usage = result.stdout.partition("Usage:")[2]
    first = names[0] if names else ""
    return () if f"kubectl {first}" in usage else (f"kubectl has no command {first}",)


def _objects(verb: str, words: list[str], namespace: str, repository: Repository) -> Iterator[str]:
    if verb in _OF_NODES:
        words = ["node", *words]
    elif verb in _OF_PODS:
        words = ["pod", *words[:1]]
    elif verb == "port-forward":
        yield from _ports(words[0], words[1:], namespace, repository)
    if not words:
        return
    further = [word for word in words[1:] if re.fullmatch(r"[a-z]+/[a-z0-9.-]+", word)]
    if further:
        yield from _objects("get", further, namespace, repository)
    kind, slash, name = words[0].partition("/")
    names = [name] if slash else [word for word in words[1:] if not re.search(r"[=:]|-$", word)]
    for resource in kind.split(","):
        known = _kind(resource, repository)
        if known is None:
            yield f"{resource} is no kind of this cluster"
            continue
        yield from (
            f"there is no {known} {namespace}/{name}"
            for name in names
            if not _there(known, namespace, name, repository)
        )


def _kind(resource: str, repository: Repository) -> str | None:
    if resource in _KINDS:
        return _KINDS[resource]
    for definition in repository.of("CustomResourceDefinition"):
        names = definition.spec["names"]
        if resource in {names["plural"], names.get("singular"), *names.get("shortNames", [])}:
            return str(names["kind"])
    return None


def _there(kind: str, namespace: str, name: str, repository: Repository) -> bool:
    plan = repository.topology
    if kind == "Node":
        return name in {machine.name for machine in (*plan.control_planes, *plan.workers)}
    place = "" if kind in _CLUSTER_WIDE else namespace
    if repository.find(kind, place, name) is not None or made_wave(repository, kind, place, name) is not None:
        return True
    statics = {f"etcd-{machine.name}" for machine in plan.control_planes}
    return kind == "Pod" and namespace == "kube-system" and name in statics


def _ports(target: str, pairs: list[str], namespace: str, repository: Repository) -> Iterator[str]:
    service = target.partition("/")[2]
    found = repository.find("Service", namespace, service)
    ports = [port["port"] for port in found.spec["ports"]] if found else made_ports(repository, namespace, service)
    for pair in pairs:
        if int(pair.partition(":")[2]) not in (ports or []):
            yield f"the Service {service} has no port {pair.partition(':')[2]}"


def _selected(selector: str, namespace: str, repository: Repository) -> Iterator[str]:
    wanted = {"matchLabels": dict(part.split("=") for part in selector.split(","))}
    if not any(pods.namespace == namespace and matches(wanted, pods.labels) for pods in repository.pods):
        yield f"no pods in {namespace} have {selector}"


def _sources(read: _Read, repository: Repository) -> Iterator[str]:
    folder = read.values.get("-k")
    if folder and f"{folder}/kustomization.yaml" not in repository.files:
        yield f"{folder} is no kustomization"


def _owner(read: _Read) -> Iterator[str]:
    """What Argo CD adopts is applied as Argo CD: a field with a second owner stays when git has it no more."""
    adopted = "-k" in read.values or read.values.get("-f", "").startswith("clusters/")
    if read.words[0] == "apply" and adopted and not {"--server-side", AS_ARGOCD} <= set(read.options):
        yield f"applies what Argo CD adopts without --server-side {AS_ARGOCD}"


def _schema(item: dict[str, object], repository: Repository) -> Iterator[str]:
    definitions = [definition.object for definition in repository.of("CustomResourceDefinition")]
    found = built_in_faults(item, repository.topology.kubernetes.minor)
    if found is None:
        found = Custom(definitions).faults(item)
    if dig(item, "metadata", "name") is None and dig(item, "metadata", "generateName") is None:
        yield f"{item['kind']} has no name"
    yield from [f"nothing brings the kind {item['kind']}"] if found is None else found
