"""The upstream manifests as `hagen vendor` would keep them, from a store of upstream repositories at their tags.

The store is no part of the project: HAGEN_UPSTREAM names it, or it lies beside the checkout as shared/upstream.
"""

import os
from functools import cache
from pathlib import Path

import pytest

from hagen.generator.compatibility import compatibility
from tests.support import ROOT

_PERCONA = "percona-xtradb-cluster-operator"
# The store has of 1.20.0 the CRDs alone; its other two manifests differ from those of 1.19.0 in the image's tag.
_PERCONA_BEFORE = "1.19.0"


def store() -> Path:
    """The folder with upstream's files as <name>/<version>/<path>; without it the test is skipped."""
    folder = Path(os.environ.get("HAGEN_UPSTREAM") or ROOT.parent / "shared/upstream")
    if not folder.is_dir():
        pytest.skip(f"the upstream manifests are not at {folder}: set HAGEN_UPSTREAM to where they are")
    return folder


@cache
def manifest(addon: str, version: str, file: str) -> bytes:
    """One upstream manifest. FileNotFoundError names what the store lacks."""
    if addon == "gateway-api":
        return _joined(store() / addon / version / "config/crd/standard")
    if addon == _PERCONA:
        return _percona(version, file)
    kept = store() / addon / version
    derived = kept / "derived" / file
    return (derived if derived.exists() else kept / file).read_bytes()


def _joined(folder: Path) -> bytes:
    """standard-install.yaml of a release is its standard CRDs, one after the other."""
    return b"---\n".join(path.read_bytes().removeprefix(b"---\n") for path in sorted(folder.glob("gateway*.yaml")))


def _percona(version: str, file: str) -> bytes:
    folder = store() / _PERCONA
    if (folder / f"v{version}").exists():
        return (folder / f"v{version}" / file).read_bytes()
    if file == "deploy/crd.yaml":
        return (folder / f"v{version}-crd-only/charts/pxc-operator/crds/crd.yaml").read_bytes()
    text = (folder / f"v{_PERCONA_BEFORE}" / file).read_bytes()
    return text.replace(_PERCONA_BEFORE.encode(), version.encode())


def assemble(directory: Path) -> Path:
    """A mirror as `hagen vendor --mirror` reads it: <add-on>/<version>/<file> of every add-on that hagen knows."""
    for name, addon in compatibility().addons.items():
        for file in addon.files:
            target = directory / name / addon.version / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(manifest(name, addon.version, file))
    return directory
