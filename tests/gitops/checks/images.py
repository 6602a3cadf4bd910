"""Every image is pinned, wherever it is written: in a container, in a custom resource, in the text of a ConfigMap."""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from tests.gitops.build import documents
from tests.gitops.objects import Item, Repository, dig
from tests.gitops.verdict import Verdict, check, judge

_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")
_MOVING = {"latest", "master", "main", "stable", "edge", "nightly", "dev"}


def fault(image: str) -> str:
    """What is wrong with an image reference; "" when it is pinned by a tag that stays or by a digest."""
    if _DIGEST.search(image):
        return ""
    if "@" in image:
        return f"{image} has a digest that is none"
    name = image.rpartition("/")[2]
    _, colon, tag = name.partition(":")
    if not colon or not tag:
        return f"{image} has no tag"
    return f"the tag of {image} moves" if tag in _MOVING else ""


def names_registry(image: str) -> bool:
    """Whether the first part is a host: it has a dot or a port (distribution reference grammar)."""
    first, slash, _ = image.partition("/")
    return bool(slash) and ("." in first or ":" in first)


def images(item: Item) -> Iterator[tuple[str, str]]:
    """(where, image) of everything that an object runs or has run."""
    if item.kind == "CustomResourceDefinition":
        return
    yield from _images(item.object.get("spec"), "spec")
    if item.kind == "ConfigMap":
        for key, text in dig(item.object, "data", default={}).items():
            if re.search(r"^\s*image:", text, re.MULTILINE):
                yield from _embedded(key, text)


def _embedded(key: str, text: str) -> Iterator[tuple[str, str]]:
    try:
        for document in documents(text):
            yield from _images(document, key)
    except yaml.YAMLError:
        return


def _images(value: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        image = value.get("image")
        if isinstance(image, str):
            yield where, image
        elif isinstance(image, dict) and "repository" in image:  # NginxProxy keeps repository and tag apart
            yield where, f"{image['repository']}:{image.get('tag', '')}"
        for key, inner in value.items():
            yield from _images(inner, f"{where}.{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _images(inner, f"{where}[{number}]")


@check
def images_are_pinned(repository: Repository) -> Iterator[Verdict]:
    for item in repository.items:
        for where, image in images(item):
            yield judge(item, f"{where} {image}", sound=not fault(image), problem=fault(image))


@check
def images_name_their_registry(repository: Repository) -> Iterator[Verdict]:
    for item in repository.items:
        if item.ours:
            for where, image in images(item):
                yield judge(item, f"{where} {image}", sound=names_registry(image), problem="leaves the registry open")
