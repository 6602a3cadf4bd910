"""Two clusters in one repository: the second adds what is its own, shares the bases, and both build."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.gitops.build import Tree, build, overlays
from tests.gitops.mirror import assemble
from tests.support import VALID

PRODUCTION = next(path for path in VALID if path.stem == "reference")
# Others share every base with the reference cluster, or bring some that it has not.
SECONDS = [
    path for path in VALID if path.stem in {"applications", "ingress-nginx", "older-kubernetes", "other-networks"}
]


def hagen(*arguments: str | Path, directory: Path) -> None:
    command = [sys.executable, "-m", "hagen.generator", *map(str, arguments)]
    result = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 0, result.stdout + result.stderr


def tree(directory: Path) -> Tree:
    """The files of a repository, without git's own."""
    files = (path for path in directory.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {path.relative_to(directory).as_posix(): path.read_bytes() for path in files}


def added(before: Tree, after: Tree, cluster: str) -> set[str]:
    """What a render added, less what belongs to the cluster; nothing that was there may have changed."""
    assert {path: after.get(path) for path in before} == before
    new = after.keys() - before.keys()
    assert any(path.startswith(f"clusters/{cluster}/") for path in new)
    assert any(f"/overlays/{cluster}/" in path for path in new)
    return {path for path in new if not path.startswith(f"clusters/{cluster}/") and f"/overlays/{cluster}/" not in path}


def component(path: str) -> str:
    return path.partition("/base/")[0]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    hagen("render", "-c", PRODUCTION, "-o", "both", directory=tmp_path)
    return tmp_path / "both"


@pytest.mark.parametrize("fixture", SECONDS, ids=lambda path: path.stem)
def test_a_second_cluster_adds_only_its_own(repository: Path, fixture: Path) -> None:
    before = tree(repository)
    hagen("render", "-c", fixture, "-o", repository, directory=repository.parent)
    after = tree(repository)
    (name,) = {path.split("/")[1] for path in after if path.startswith("clusters/")} - {"production"}
    shared = added(before, after, name)
    assert all("/base/" in path for path in shared), shared
    known = {component(path) for path in before}
    assert not {path for path in shared if component(path) in known}, "a base that was there has grown"


@pytest.mark.parametrize("fixture", SECONDS, ids=lambda path: path.stem)
def test_rendering_either_again_changes_nothing(repository: Path, fixture: Path) -> None:
    hagen("render", "-c", fixture, "-o", repository, directory=repository.parent)
    before = tree(repository)
    hagen("render", "-c", PRODUCTION, "-o", repository, directory=repository.parent)
    assert tree(repository) == before
    hagen("render", "-c", fixture, "-o", repository, directory=repository.parent)
    assert tree(repository) == before


@pytest.mark.parametrize("fixture", SECONDS, ids=lambda path: path.stem)
def test_both_clusters_build(repository: Path, fixture: Path, tmp_path: Path) -> None:
    hagen("render", "-c", fixture, "-o", repository, directory=repository.parent)
    mirror = assemble(tmp_path / "mirror")
    hagen("vendor", "--mirror", mirror, "-o", ".", directory=repository)
    second = next(path for path in repository.glob("clusters/*/hagen.yaml"))
    hagen("vendor", "-c", second, "--mirror", mirror, "-o", ".", directory=repository)
    files = tree(repository)
    names = {path.split("/")[1] for path in files if path.startswith("clusters/")}
    assert len(names) == 2
    for name in names:
        found = build(files, overlays(files, name))
        assert found
        assert not {overlay.path: overlay.error for overlay in found if overlay.error}


def test_a_changed_base_is_found() -> None:
    before = {"a/base/one.yaml": b"1"}
    own = {"clusters/staging/x": b"", "a/overlays/staging/x": b""}
    with pytest.raises(AssertionError):
        added(before, {"a/base/one.yaml": b"2", **own}, "staging")
    assert added(before, {**before, **own, "a/base/two.yaml": b""}, "staging") == {"a/base/two.yaml"}
