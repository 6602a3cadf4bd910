"""hagen.lock: which upstream manifests the repository builds on, and what was vendored of them.

TOML, as other lock files are: no commas between entries, so that git merges two of them well, and Python reads it by
itself. The first cluster's lies at the top of the repository, a further one's in clusters/<name>.
"""

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Final

from ..errors import HagenError
from ..topology.components import VENDORED
from .uses import Key

LOCK: Final = "hagen.lock"
_FORMAT: Final = 1
_HEAD: Final = f"""\
# Manifests of others that this repository builds on. Written by hagen; `hagen vendor` fills in what it vendored,
# `hagen vendor --check` compares. `images` is what a registry mirror has to hold for this cluster, besides kubeadm's
# own and those of Helm charts; it is there once every manifest is vendored.
format = {_FORMAT}
"""
_PARTS_OF_A_CLUSTERS: Final = 3
_REMEDY: Final = "restore it from git, or remove it, commit that and run `hagen vendor`"


@dataclass(frozen=True, slots=True)
class Entry:
    """One manifest in one place. `sha256` is empty where the kustomization lists the URL and there is no copy."""

    addon: str
    version: str
    file: str
    url: str
    folder: str
    sha256: str = ""
    size: int = 0
    images: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        """What it is."""
        return self.addon, self.version, self.file

    @property
    def path(self) -> str:
        """Where its copy lies, or would lie."""
        return f"{self.folder}/{VENDORED}/{PurePosixPath(self.file).name}"


def lock_path(cluster: str, *, primary: bool) -> str:
    """Where the lock of a cluster lies."""
    return LOCK if primary else f"clusters/{cluster}/{LOCK}"


def is_lock(path: str) -> bool:
    """Whether a path is one where a lock lies."""
    parts = path.split("/")
    return parts[-1] == LOCK and (len(parts) == 1 or (len(parts) == _PARTS_OF_A_CLUSTERS and parts[0] == "clusters"))


def encode(entries: Iterable[Entry], images: tuple[str, ...] | None = None) -> bytes:
    """The lock's bytes: the same entries give the same bytes, in whatever order they come.

    `images` are all that the cluster runs, sorted; None where that is not known.
    """
    head = _HEAD if images is None else "\n".join([_HEAD.rstrip("\n"), *_list("images", images), ""])
    return "\n".join([head, *(_table(entry) for entry in sorted(entries, key=lambda entry: entry.path))]).encode()


def decode(content: bytes, name: str) -> dict[str, Entry]:
    """The entries by the path of the copy; HagenError, which names the file, when it is not a lock."""
    try:
        document = tomllib.loads(content.decode())
        if document["format"] != _FORMAT:
            raise HagenError(f"{name} was written by another version of hagen", remedy="use that version here")
        entries = [_entry(**table) for table in document.get("manifest", [])]
    except (ValueError, KeyError, TypeError) as error:
        raise HagenError(f"{name} is damaged: {error}", remedy=_REMEDY) from None
    found = {entry.path: entry for entry in entries}
    if len(found) < len(entries):
        raise HagenError(f"{name} is damaged: it has two entries of one copy", remedy=_REMEDY)
    return found


def images_of_lock(content: bytes) -> frozenset[str] | None:
    """All images that the cluster of a lock runs; None where the lock does not say. The lock is one (see `decode`)."""
    found = tomllib.loads(content.decode()).get("images")
    return frozenset(map(str, found)) if isinstance(found, list) else None


def merged(locks: Mapping[str, Mapping[str, Entry]]) -> dict[str, Entry]:
    """The entries of all locks of a repository; the one at the top has the last word on what clusters share."""
    result: dict[str, Entry] = {}
    for path in sorted(locks, key=lambda path: (path == LOCK, path)):
        result |= locks[path]
    return result


def _table(entry: Entry) -> str:
    values: dict[str, object] = {
        "add-on": entry.addon,
        "version": entry.version,
        "file": entry.file,
        "url": entry.url,
        "folder": entry.folder,
    }
    if entry.sha256:
        values |= {"sha256": entry.sha256, "bytes": entry.size}
    lines = [f"{key} = {_text(value) if isinstance(value, str) else value}" for key, value in values.items()]
    if entry.images:
        lines += _list("images", entry.images)
    return "\n".join(["[[manifest]]", *lines, ""])


def _list(key: str, values: Iterable[str]) -> list[str]:
    return [f"{key} = [", *(f"    {_text(value)}," for value in values), "]"]


def _text(value: str) -> str:
    """A basic string: TOML's escapes are JSON's, but for DEL, which is no part of any name here."""
    return json.dumps(value, ensure_ascii=False)


def _entry(**table: Any) -> Entry:  # noqa: ANN401  # what TOML gives; looked at below
    entry = Entry(
        addon=table.pop("add-on"),
        version=table.pop("version"),
        file=table.pop("file"),
        url=table.pop("url"),
        folder=table.pop("folder"),
        sha256=table.pop("sha256", ""),
        size=table.pop("bytes", 0),
        images=tuple(table.pop("images", ())),
    )
    texts = (entry.addon, entry.version, entry.file, entry.url, entry.folder, entry.sha256, *entry.images)
    if table or not isinstance(entry.size, int) or not all(isinstance(text, str) for text in texts):
        raise TypeError(f"the entry of {entry.addon} {entry.file} is not one")
    if any(part in {"", ".", ".."} for part in entry.folder.split("/")) or not PurePosixPath(entry.file).name:
        raise ValueError(f"{entry.folder} is not a folder of the repository")
    return entry
