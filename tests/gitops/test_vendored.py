"""A cluster vendored from the real manifests: nothing is left to fetch, and hagen.lock says what was taken.

`make update` writes tests/gitops/vendored.lock anew.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hagen.generator.vendor.images import complete
from hagen.generator.vendor.lock import Entry, decode, encode, images_of_lock
from tests.gitops.build import overlays, topology, tree
from tests.gitops.checks.images import images
from tests.gitops.mirror import assemble, store
from tests.gitops.objects import repository_of
from tests.support import VALID, name_of

GOLDEN = Path(__file__).with_name("vendored.lock")
# Their files in the store are derived from upstream's, with the same content but not always the same bytes.
DERIVED = {"gateway-api", "metrics-server", "percona-xtradb-cluster-operator", "sealed-secrets"}
REFERENCE = next(path for path in VALID if path.stem == "reference")


@pytest.fixture(scope="module")
def vendored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reference cluster as `hagen vendor` leaves it."""
    directory = tmp_path_factory.mktemp("vendored")
    mirror = assemble(directory / "mirror")
    hagen("vendor", "--plain", "-c", str(REFERENCE), "-o", str(directory / "out"), "--mirror", str(mirror))
    return directory / "out"


def hagen(*arguments: str) -> str:
    command = [sys.executable, "-m", "hagen.generator", *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def stable(entries: dict[str, Entry]) -> Iterator[Entry]:
    """Without what the store cannot know."""
    for entry in entries.values():
        known = entry.addon not in DERIVED
        yield Entry(
            **{key: getattr(entry, key) for key in ("addon", "version", "file", "url", "folder", "images")},
            sha256=entry.sha256 if known else "",
            size=entry.size if known else 0,
        )


def test_the_lock_is_the_golden_one(vendored: Path) -> None:
    content = (vendored / "hagen.lock").read_bytes()
    images = tuple(sorted(images_of_lock(content) or ()))
    lock = encode(stable(decode(content, "hagen.lock")), images).decode()
    if os.environ.get("HAGEN_UPDATE"):
        GOLDEN.write_text(lock)
    assert lock == GOLDEN.read_text(), "run `make update` and look at the difference"


def test_hashes_are_those_of_the_store(vendored: Path) -> None:
    """SOURCES.md has them as they were read at upstream's tags."""
    sources = (store() / "SOURCES.md").read_text()
    entries = decode((vendored / "hagen.lock").read_bytes(), "hagen.lock").values()
    real = [entry for entry in entries if entry.addon not in DERIVED]
    assert len(real) >= 4
    assert [entry.file for entry in real if entry.sha256 not in sources] == []


def test_copies_and_lock_agree(vendored: Path) -> None:
    assert "no differences" in hagen("vendor", "--check", "-o", str(vendored))


def test_other_tests_build_what_a_user_has(vendored: Path) -> None:
    expected = tree(REFERENCE)
    left_out = {"hagen.lock", ".hagen-manifest.json"}
    found = {path.relative_to(vendored).as_posix(): path.read_bytes() for path in vendored.rglob("*") if path.is_file()}
    assert set(found) - left_out == set(expected) - left_out
    assert [path for path in expected if path not in left_out and found[path] != expected[path]] == []


def test_nothing_is_fetched_by_a_sync(vendored: Path) -> None:
    files = {path.relative_to(vendored).as_posix(): path for path in vendored.rglob("kustomization.yaml")}
    assert len(files) > len(overlays(tree(REFERENCE), topology(REFERENCE).name))
    assert [name for name, path in files.items() if "://" in path.read_text()] == []


@pytest.mark.parametrize("fixture", VALID, ids=name_of)
def test_the_lock_lists_every_image_that_a_cluster_runs(fixture: Path, tmp_path: Path) -> None:
    """What hagen.lock says before anything is built, and what is built from base, copies and overlays."""
    mirror = assemble(tmp_path / "mirror")
    hagen("vendor", "--plain", "-c", str(fixture), "-o", str(tmp_path / "out"), "--mirror", str(mirror))
    listed = images_of_lock((tmp_path / "out/hagen.lock").read_bytes())
    built = {image for item in repository_of(fixture).items for _, image in images(item)}
    assert listed == set(complete(built))
    assert len(built) > 12
