"""Every overlay of every valid fixture builds, with what upstream brings, and without a word of complaint."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.gitops.build import build, built, documents, overlays, repository, topology, tree
from tests.support import VALID, name_of, rendered

every_fixture = pytest.mark.parametrize("fixture", VALID, ids=name_of)
REFERENCE = next(path for path in VALID if path.stem == "reference")
# Upstream's own kustomizations are not used, and ours have nothing that kustomize warns of.
SMALL = {
    "base/kustomization.yaml": b"resources: [one.yaml]\n",
    "base/one.yaml": b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\ndata: {answer: 'yes', sign: =}\n",
    "overlays/a/kustomization.yaml": b"resources: [../../base]\n",
}


@every_fixture
def test_every_overlay_builds(fixture: Path) -> None:
    found = repository(fixture)
    assert not {overlay.path: overlay.error for overlay in found if overlay.error}
    assert not {overlay.path: overlay.warnings for overlay in found if overlay.warnings}
    empty = [overlay.path for overlay in found if not overlay.objects]
    assert not empty


@every_fixture
def test_every_component_has_its_overlay(fixture: Path) -> None:
    cluster = topology(fixture)
    wanted = {component.overlay for component in cluster.components} | {f"clusters/{cluster.name}/argocd"}
    assert set(built(fixture)) == wanted


@every_fixture
def test_nothing_is_fetched_once_upstream_is_in_git(fixture: Path) -> None:
    for path, entry in _resources(tree(fixture)):
        assert "://" not in entry, f"{path} fetches {entry}"


@every_fixture
def test_without_copies_upstream_is_fetched_at_a_version(fixture: Path) -> None:
    files = {path: file.content for path, file in rendered(fixture).items()}
    urls = [entry for _, entry in _resources(files) if "://" in entry]
    assert urls
    versions = {component.version for component in topology(fixture).components if component.version}
    for url in urls:
        assert any(version in url for version in versions), f"{url} is of no version"


def _resources(files: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    for path, content in files.items():
        if path.endswith("/kustomization.yaml"):
            for entry in yaml.safe_load(content).get("resources") or []:
                yield path, entry


@every_fixture
def test_every_file_of_a_base_or_overlay_is_used(fixture: Path) -> None:
    """A manifest that no kustomization lists is one that nobody applies."""
    files = tree(fixture)
    for path in files:
        folder, _, name = path.rpartition("/")
        listing = files.get(f"{folder}/kustomization.yaml")
        if listing is not None and name.endswith(".yaml") and name not in {"kustomization.yaml", "root.yaml"}:
            assert name.encode() in listing, f"{path} is not in its kustomization.yaml"


def test_a_broken_overlay_is_told() -> None:
    (found,) = build(SMALL | {"base/one.yaml": b"kind: ConfigMap\n"}, ["overlays/a"])
    assert found.error
    assert not found.objects


def test_a_warning_is_kept() -> None:
    (found,) = build(
        SMALL | {"overlays/a/kustomization.yaml": b"resources: [../../base]\ncommonLabels: {a: b}\n"}, ["overlays/a"]
    )
    assert "deprecated" in found.warnings


def test_values_are_read_as_kubernetes_reads_them() -> None:
    (found,) = build(SMALL, ["overlays/a"])
    assert found.objects[0]["data"] == {"answer": "yes", "sign": "="}


def test_what_belongs_to_another_overlay_is_none_itself() -> None:
    files = {
        "clusters/a/argocd/kustomization.yaml": b"resources: [projects]\n",
        "clusters/a/argocd/projects/kustomization.yaml": b"resources: [one.yaml]\n",
        "clusters/a/argocd/projects/one.yaml": b"",
        **SMALL,
    }
    assert overlays(files, "a") == ["clusters/a/argocd", "overlays/a"] or overlays(files, "a") == ["clusters/a/argocd"]


def test_documents_leave_out_what_is_empty() -> None:
    assert documents("---\n---\na: 1\n") == [{"a": 1}]
