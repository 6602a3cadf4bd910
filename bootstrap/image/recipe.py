"""What a prepared image is made of. Pure."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import yaml

from ..inventory import Inventory
from ..provider.contract import Image, Published, Wanted
from ..site import BUILDER

_HOSTS: Final = "/etc/hosts"
_LONGEST: Final = 63  # RFC 1035: a label
_BASE, _SERVER = "base", "base-server"


@dataclass(frozen=True)
class Recipe:
    """One build. `packages`: fetched and not installed; `images`: container images besides kubeadm's own."""

    alias: str
    wanted: Wanted
    packages: tuple[str, ...]
    images: tuple[str, ...]
    properties: Mapping[str, str]


def recipe(
    inventory: Inventory,
    worker: Wanted,
    load_balancer: str,
    lock: bytes | None,
    known: Mapping[str, Published],
    *,
    alias: str,
    version: str,
) -> Recipe:
    """From the rendered files. `worker`: any one as it is wanted; `load_balancer`: their cloud-init file.

    `lock`: hagen.lock; `known`: the images that are there; `version`: hagen's.
    """
    base = base_of(worker.image, known)
    kubernetes = inventory.kubernetes.version
    wanted = replace(
        worker,
        name=f"{inventory.cluster}-image"[:_LONGEST],
        role=BUILDER,
        image=base,
        address="",
        user_data=without_hosts(worker.user_data),
        host="",
        digest="",
    )
    properties = {
        "description": f"hagen: Kubernetes {kubernetes} on {base.alias}",
        "kubernetes": kubernetes,
        _BASE: base.alias,
        _SERVER: base.server,
        "hagen": version,
    }
    packages = tuple(map(str, _document(load_balancer).get("packages") or ()))
    return Recipe(alias or f"hagen-{inventory.cluster}-{kubernetes}", wanted, packages, locked(lock), properties)


def base_of(image: Image, known: Mapping[str, Published]) -> Image:
    """What to begin with: never an image of hagen's own, or each would carry all that were before."""
    made = None if image.server else known.get(image.alias)
    while made is not None:
        image = Image(made.properties.get(_BASE, ""), made.properties.get(_SERVER, ""))
        made = None if image.server else known.get(image.alias)
    return image


def without_hosts(user_data: str) -> str:
    """A cloud-init file that leaves /etc/hosts alone: a machine that is made from the image appends its own lines."""
    document = _document(user_data)
    files = [each for each in document.get("write_files") or () if each.get("path") != _HOSTS]
    return "#cloud-config\n" + yaml.safe_dump({**document, "write_files": files}, sort_keys=False, width=10_000)


def locked(lock: bytes | None) -> tuple[str, ...]:
    """Images that hagen.lock names; none while it names none. ValueError when it is damaged."""
    found = tomllib.loads(lock.decode()).get("images") if lock else None
    return tuple(map(str, found)) if isinstance(found, list) else ()


def _document(user_data: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(user_data) or {}
    return found
