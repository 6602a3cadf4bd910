"""Whether a simplestreams server has an image: what LXD will look up itself when it makes the machine.

https://documentation.ubuntu.com/lxd/en/latest/reference/remote_image_servers/
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import requests

INDEX: Final = "streams/v1/index.json"
SECONDS: Final = (10.0, 30.0)
# LXD's names for architectures, and simplestreams'.
ARCHITECTURES: Final = {"x86_64": "amd64", "aarch64": "arm64", "ppc64le": "ppc64el"}
DISKS: Final = frozenset({"disk-kvm.img", "disk1.img", "uefi1.img"})
FILE_SYSTEMS: Final = frozenset({"squashfs", "root.tar.xz"})
METADATA: Final = frozenset({"lxd.tar.xz", "lxd_combined.tar.gz", "incus.tar.xz"})


def products(server: str) -> Iterator[Mapping[str, Any]]:
    """The server's lists of images. requests' exceptions; ValueError for what is no JSON."""
    with requests.Session() as session:
        index = session.get(f"{server.rstrip('/')}/{INDEX}", timeout=SECONDS)
        index.raise_for_status()
        for entry in index.json().get("index", {}).values():
            if entry.get("datatype") == "image-downloads":
                answer = session.get(f"{server.rstrip('/')}/{entry['path']}", timeout=SECONDS)
                answer.raise_for_status()
                yield answer.json().get("products", {})


def has(listed: Mapping[str, Any], alias: str, architecture: str, *, virtual: bool) -> bool:
    """Whether one of these products goes by the alias and has a version for this kind of machine."""
    wanted = ARCHITECTURES.get(architecture, architecture)
    return any(
        product.get("arch") == wanted
        and alias in (product.get("aliases") or "").split(",")
        and any(_complete(version, virtual=virtual) for version in (product.get("versions") or {}).values())
        for product in listed.values()
    )


def _complete(version: Mapping[str, Any], *, virtual: bool) -> bool:
    kinds = {item.get("ftype") for item in (version.get("items") or {}).values()}
    return bool(kinds & METADATA) and bool(kinds & (DISKS if virtual else FILE_SYSTEMS))
