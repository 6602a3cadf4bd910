"""Every overlay of a fixture's repository as kustomize builds it, with the upstream manifests kept in git.

Builds are kept in build/gitops by the hash of what goes into them (kubectl's version included), so that fixtures with
the same overlay, the workers of pytest-xdist, and the next run share them.
"""

import fcntl
import hashlib
import json
import posixpath
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from hagen.generator.compatibility import compatibility
from hagen.generator.render import render
from hagen.generator.template import OWN
from hagen.generator.topology import Topology, plan
from tests.gitops.mirror import manifest
from tests.support import ROOT, checked, need

Object = dict[str, Any]
Tree = Mapping[str, bytes]

KEPT = ROOT / "build/gitops"
_KUSTOMIZATION = "kustomization.yaml"
_DAY = 86400.0


class Loader(yaml.CSafeLoader):
    """YAML as Kubernetes reads it: a date is a string, and so is a bare =."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":value"))]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def documents(text: str | bytes) -> list[Object]:
    """The objects of a YAML text."""
    return [document for document in yaml.load_all(text, Loader=Loader) if document]  # a safe loader


@dataclass(frozen=True)
class Overlay:
    """What kustomize made of one directory. `error` is empty when it built."""

    path: str
    objects: tuple[Object, ...]
    warnings: str
    error: str


@cache
def kubectl() -> Path:
    """kubectl of the development tools (its kustomize is the one that Argo CD brings), or else any; none is a skip."""
    own = Path(sys.executable).with_name("kubectl")
    if own.exists():
        return own
    need("kubectl")
    return Path("kubectl")


@cache
def topology(fixture: Path) -> Topology:
    """A fixture's topology, with every add-on kept in git."""
    every = frozenset((name, addon.version) for name, addon in compatibility().addons.items())
    return plan(checked(fixture.read_bytes()).sound, every)


@cache
def tree(fixture: Path) -> Tree:
    """The repository that a fixture renders to, the upstream manifests in it."""
    content = fixture.read_bytes()
    files = {path: file.content for path, file in render(topology(fixture), content, OWN, primary=True).items()}
    return files | dict(upstream_files(topology(fixture)))


def upstream_files(cluster: Topology) -> Iterator[tuple[str, bytes]]:
    """The copies of upstream manifests that the bases of components list, by their path."""
    for component in cluster.components:
        for wanted in component.upstream:
            yield f"{component.path}/base/{wanted.local}", manifest(wanted.addon, wanted.version, wanted.file)


def _listed(content: bytes, *keys: str) -> list[str]:
    kustomization = yaml.load(content, Loader=Loader) or {}  # noqa: S506  # a safe loader
    return [entry for key in keys for entry in kustomization.get(key) or []]


def overlays(files: Tree, cluster: str) -> list[str]:
    """The directories that Argo CD builds for a cluster; what only belongs to one of them is not one itself."""
    own = f"clusters/{cluster}/argocd"
    folders = {path.removesuffix(f"/{_KUSTOMIZATION}") for path in files if path.endswith(f"/{_KUSTOMIZATION}")}
    wanted = {
        folder for folder in folders if folder.endswith(f"/overlays/{cluster}") or f"{folder}/".startswith(f"{own}/")
    }
    parts = {part for folder in wanted for part in _read(files, folder) if part != folder}
    return sorted(wanted - parts)


@cache
def repository(fixture: Path) -> tuple[Overlay, ...]:
    """Every overlay of a fixture."""
    files = tree(fixture)
    return build(files, overlays(files, topology(fixture).name))


def built(fixture: Path) -> dict[str, list[Object]]:
    """The objects of every overlay that builds, by its path."""
    return {overlay.path: list(overlay.objects) for overlay in repository(fixture) if not overlay.error}


def build(files: Tree, folders: list[str]) -> tuple[Overlay, ...]:
    """Build directories of a tree, two at a time."""
    keys = {folder: _key(files, folder) for folder in folders}
    with tempfile.TemporaryDirectory(prefix="hagen-gitops-") as scratch:
        if not all((KEPT / f"{key}.json").exists() for key in keys.values()):
            _write(files, Path(scratch))
        with ThreadPoolExecutor(max_workers=2) as pool:
            return tuple(pool.map(lambda folder: _overlay(Path(scratch), folder, keys[folder]), folders))


def _write(files: Tree, directory: Path) -> None:
    for path, content in files.items():
        target = directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def _overlay(directory: Path, folder: str, key: str) -> Overlay:
    if not (KEPT / f"{key}.json").exists():
        _kustomize(directory / folder, key)
    return Overlay(folder, *_outcome(key))


@cache
def _outcome(key: str) -> tuple[tuple[Object, ...], str, str]:
    """A kept build, loaded once however many fixtures share it."""
    kept = json.loads((KEPT / f"{key}.json").read_text())
    return tuple(kept["objects"]), kept["warnings"], kept["error"]


def _kustomize(directory: Path, key: str) -> None:
    """Build once, whoever else wants the same at the same time; the result appears whole or not at all."""
    KEPT.mkdir(parents=True, exist_ok=True)
    kept = KEPT / f"{key}.json"
    with (KEPT / f"{key}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if kept.exists():
            return
        result = subprocess.run([kubectl(), "kustomize", directory], capture_output=True, text=True, check=False)
        place = str(directory)
        failed = result.returncode != 0
        outcome = {
            "objects": [] if failed else documents(result.stdout),
            "warnings": result.stderr.replace(place, ".") if not failed else "",
            "error": (result.stderr.replace(place, ".") or "failed without a word") if failed else "",
        }
        new = kept.with_suffix(".new")
        new.write_text(json.dumps(outcome))
        new.replace(kept)


@cache
def _version() -> str:
    for path in KEPT.glob("*"):
        if path.stat().st_mtime < time.time() - _DAY:
            path.unlink(missing_ok=True)
    result = subprocess.run([kubectl(), "version", "--client"], capture_output=True, text=True, check=True)
    return result.stdout


def _key(files: Tree, folder: str) -> str:
    """The hash of everything that a build reads, wherever it lies."""
    digest = hashlib.sha256(_version().encode())
    for part in sorted(set(_read(files, folder))):
        inside = f"{part}/"
        for path in sorted(path for path in files if path.startswith(inside)):
            name = posixpath.relpath(path, folder)
            digest.update(f"{name}\0{len(files[path])}\0".encode() + files[path])
    return digest.hexdigest()[:32]


def _read(files: Tree, folder: str) -> Iterator[str]:
    """A directory and every directory that its kustomization leads to."""
    yield folder
    for entry in _listed(files.get(f"{folder}/{_KUSTOMIZATION}", b""), "resources", "components", "bases"):
        target = posixpath.normpath(f"{folder}/{entry}")
        if f"{target}/{_KUSTOMIZATION}" in files:
            yield from _read(files, target)
        elif target in files:
            yield posixpath.dirname(target)
