"""Where an image can be had."""

from typing import Any

import requests

from ..contract import Image
from . import simplestreams
from .api import Api


def available(api: Api, image: Image, *, virtual: bool) -> bool | None:
    """In LXD's own store under its alias, or (with a server) kept from there or offered by it. None: not to be told."""
    place = f"image {image.alias}"
    kind = "virtual-machine" if virtual else "container"
    if not image.server:
        found = api.find(place, "images", "aliases", image.alias)
        return found is not None and found.get("type", "container") == kind
    if any(_is_copy(stored, image, kind) for stored in api.get(place, "images", recursion=1)):
        return True
    architectures = api.get(place)["environment"].get("architectures") or [""]
    try:
        listed = simplestreams.products(image.server)
        return any(simplestreams.has(one, image.alias, architectures[0], virtual=virtual) for one in listed)
    except (requests.RequestException, ValueError):
        return None


def _is_copy(stored: dict[str, Any], image: Image, kind: str) -> bool:
    origin = stored.get("update_source") or {}
    same = origin.get("alias") == image.alias and str(origin.get("server", "")).rstrip("/") == image.server.rstrip("/")
    return same and stored.get("type", "container") == kind
