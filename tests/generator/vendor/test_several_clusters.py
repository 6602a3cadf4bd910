"""Copies in a repository of several clusters."""

from pathlib import Path

import pytest

from hagen.generator.publish import Action
from hagen.generator.vendor.lock import LOCK, decode
from tests.generator.vendor.cluster import (
    COPY,
    SEALED,
    STAGING,
    kinds,
    mirror,
    pin,
    put,
    render,
    tree,
    vendor,
)
from tests.support import MINIMAL


def test_a_second_cluster_changes_no_byte_of_the_first(out: Path, store: Path) -> None:
    vendor(out, store)
    before = tree(out)
    put(render(out, STAGING), STAGING)
    after = tree(out)
    assert {path: after[path] for path in before} == before
    assert all("/overlays/staging/" in path or path.startswith("clusters/staging/") for path in after.keys() - before)
    # Everything that staging needs lies in bases of production.
    assert decode(after["clusters/staging/hagen.lock"], "") == {}
    assert not kinds(out)
    assert vendor(out, store, STAGING).action is Action.UNCHANGED
    assert put(render(out)).action is Action.UNCHANGED


def test_a_component_of_the_second_cluster_alone(out: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    staging = STAGING + SEALED
    vendor(out, store)
    put(render(out, staging), staging)
    assert decode((out / "clusters/staging/hagen.lock").read_bytes(), "")[COPY].sha256 == ""
    assert kinds(out)["not-vendored"] == {COPY}
    vendor(out, store, staging)
    assert decode((out / "clusters/staging/hagen.lock").read_bytes(), "")[COPY].sha256
    assert COPY not in decode((out / LOCK).read_bytes(), "")
    assert not kinds(out)
    # The first cluster leaves it alone, and a new version reaches it.
    assert put(render(out)).action is Action.UNCHANGED
    pin(monkeypatch, "sealed-secrets", "v0.39.1")
    mirror(store)
    assert vendor(out, store, staging).action is Action.UPDATED
    assert b"v0.39.1" in (out / COPY).read_bytes()
    assert not kinds(out)
    # Without the component nothing of it is left.
    put(render(out, STAGING), STAGING)
    assert not [path for path in tree(out) if "sealed-secrets" in path]
    assert not kinds(out)


def test_a_component_moves_to_the_first_cluster_and_back(out: Path, store: Path) -> None:
    staging, production = STAGING + SEALED, MINIMAL + SEALED
    vendor(out, store)
    vendor(out, store, staging)
    put(render(out, production), production)
    assert decode((out / LOCK).read_bytes(), "")[COPY].sha256
    assert not kinds(out)
    put(render(out, staging), staging)
    assert decode((out / "clusters/staging/hagen.lock").read_bytes(), "") == {}
    # The first gives it up; the second still builds on it, and its entry stays until the second takes it over.
    put(render(out))
    assert (out / COPY).exists()
    assert not kinds(out)
    put(render(out, staging), staging)
    assert not kinds(out)
