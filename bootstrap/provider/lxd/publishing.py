"""Images of machines in LXD's own store, tagged with the cluster that they were made for.

An image is made without an alias first, then the alias is set, then what had it before goes: whoever makes a machine
meanwhile gets the old image or the new one. Made for an alias and without one is what a killed run left.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..contract import ForeignImage, ProviderError, Published
from .api import Api
from .payload import CLUSTER

ALIAS: Final = "user.hagen.alias"
PUBLISH: Final = 3600.0  # seconds; a disk is read and compressed
CHANGE: Final = 120.0


def found(api: Api, cluster: str) -> Mapping[str, Published]:
    """The cluster's images that an alias leads to."""
    images = ((image, image["properties"][ALIAS]) for image in _ours(api, cluster))
    return {alias: _published(image, alias) for image, alias in images if alias in _aliases(image)}


def publish(api: Api, cluster: str, name: str, alias: str, properties: Mapping[str, str]) -> None:
    """See contract.Provider.publish."""
    place = f"image {alias}"
    before = _target(api, cluster, alias)
    body = {
        "source": {"type": "instance", "name": name},
        "properties": {**properties, CLUSTER: cluster, ALIAS: alias},
        "public": False,
    }
    operation = api.act(place, "post", "images", body=body, within=PUBLISH)
    fingerprint = (operation.get("metadata") or {}).get("fingerprint")
    if not fingerprint:
        raise ProviderError(place, "LXD does not say which image it made", "Run it again.", again=True)
    target = {"target": fingerprint, "description": properties.get("description", "")}
    if before is None:
        api.act(place, "post", "images", "aliases", body={"name": alias, **target}, within=CHANGE)
    else:
        api.act(place, "put", "images", "aliases", alias, body=target, within=CHANGE)
    for image in _ours(api, cluster):
        if image["properties"][ALIAS] == alias and image["fingerprint"] != fingerprint:
            _delete(api, place, image["fingerprint"])


def delete(api: Api, cluster: str, alias: str) -> bool:
    """See contract.Provider.delete_image."""
    fingerprint = _target(api, cluster, alias)
    if fingerprint is None:
        return False
    _delete(api, f"image {alias}", fingerprint)
    return True


def _target(api: Api, cluster: str, alias: str) -> str | None:
    """The image that an alias leads to. None when there is no such alias; ForeignImage when it is not the cluster's."""
    place = f"image {alias}"
    entry = api.find(place, "images", "aliases", alias)
    if entry is None:
        return None
    fingerprint: str = entry["target"]
    if all(image["fingerprint"] != fingerprint for image in _ours(api, cluster)):
        raise ForeignImage(
            place,
            f"an image of this name is there, and was not made for cluster {cluster}",
            "Choose another name, or remove it yourself: lxc image alias delete.",
        )
    return fingerprint


def _ours(api: Api, cluster: str) -> Iterator[dict[str, Any]]:
    for image in api.get("images", "images", recursion=1):
        properties = image.get("properties") or {}
        if properties.get(CLUSTER) == cluster and properties.get(ALIAS):
            yield image


def _aliases(image: Mapping[str, Any]) -> set[str]:
    return {alias["name"] for alias in image.get("aliases") or ()}


def _published(image: Mapping[str, Any], alias: str) -> Published:
    properties = {key: value for key, value in image["properties"].items() if key not in {CLUSTER, ALIAS}}
    virtual = image.get("type") == "virtual-machine"
    return Published(alias, virtual, image.get("size", 0), image.get("created_at", ""), properties)


def _delete(api: Api, place: str, fingerprint: str) -> None:
    try:
        api.act(place, "delete", "images", fingerprint, within=CHANGE)
    except ProviderError:
        if api.find(place, "images", fingerprint) is not None:
            raise
