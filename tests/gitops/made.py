"""What operators, kubeadm and Argo CD make by themselves, as exceptions.yaml lists it."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.gitops.build import Object
from tests.gitops.objects import BOOTSTRAP_WAVE, Item, Pods, Repository

FILE = Path(__file__).with_name("exceptions.yaml")


@cache
def listed() -> dict[str, list[Object]]:
    """The file's sections."""
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def makers(repository: Repository) -> Iterator[tuple[Object, Item | None]]:
    """Entries of `made`, with each object of the set that brings them about; None for what is there in any cluster."""
    for entry in listed()["made"]:
        if "for" not in entry:
            yield entry, None
            continue
        for item in repository.of(entry["for"]):
            if fnmatchcase(item.name, entry.get("named", "*")):
                yield entry, item


def made_wave(repository: Repository, kind: str, namespace: str, name: str) -> int | None:
    """The wave from which on somebody makes this object in the cluster; None where nobody does."""
    place = f"{namespace}/" if namespace else ""
    wanted = f"{kind} {place}{name}"
    for entry, maker in makers(repository):
        if any(fnmatchcase(wanted, _filled(pattern, maker)) for pattern in entry.get("objects", [])):
            return _wave(maker)
    return None


def _wave(maker: Item | None) -> int:
    """An Application makes things in its own wave, anything else in that of its Application."""
    if maker is None:
        return BOOTSTRAP_WAVE
    return maker.wave[1] if maker.kind == "Application" else maker.app_wave


def made_pods(repository: Repository) -> Iterator[Pods]:
    """Pods that no workload of the set describes, with the labels and ports that their maker gives them."""
    for entry, maker in makers(repository):
        for pods in entry.get("pods", []):
            labels = {key: _filled(value, maker) for key, value in pods["labels"].items()}
            ports = [{"containerPort": port} for port in pods.get("ports", [])]
            namespace = _filled(pods["namespace"], maker)
            owner = f"pods of {maker or entry['by']} ({pods['name']})"
            yield Pods(owner, namespace, labels, {"containers": [{"name": pods["name"], "ports": ports}]})


def made_ports(repository: Repository, namespace: str, service: str) -> list[int] | None:
    """Ports of a Service that an operator makes; None where it makes no such Service."""
    for entry, maker in makers(repository):
        for name, ports in entry.get("services", {}).items():
            if _filled(name, maker) == f"{namespace}/{service}":
                return list(ports)
    return None


def _filled(text: Any, maker: Item | None) -> str:
    if maker is None:
        return str(text)
    spec = maker.spec
    return str(text).format(name=maker.name, namespace=maker.namespace, classname=spec.get("gatewayClassName", ""))
