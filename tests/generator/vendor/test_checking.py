"""`hagen vendor --check`: everything that can differ between copies, lock and kustomizations."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hagen.generator.errors import HagenError
from hagen.generator.vendor.checking import check_vendored
from hagen.generator.vendor.known import digest
from hagen.generator.vendor.lock import LOCK
from tests.generator.vendor.cluster import FLANNEL, mirror, tree, vendor

BASE = "infrastructure/flannel/base/kustomization.yaml"
METRICS = "infrastructure/metrics-server/base/upstream/high-availability-1.21+.yaml"


@pytest.fixture(scope="module")
def vendored(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    directory = tmp_path_factory.mktemp("module")
    vendor(directory / "out", mirror(directory / "mirror"), plain=True)
    return tree(directory / "out")


@pytest.fixture
def repository(vendored: dict[str, bytes], out: Path) -> Path:
    for path, content in vendored.items():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_bytes(content)
    return out


def edit(path: str, old: str, new: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        text = (root / path).read_text()
        assert old in text
        (root / path).write_text(text.replace(old, new, 1))

    return change


def remove(path: str) -> Callable[[Path], None]:
    return lambda root: (root / path).unlink()


def write(path: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("kind: Other\n")

    return change


def link(root: Path) -> None:
    (root / FLANNEL).rename(root / "elsewhere.yaml")
    (root / FLANNEL).symlink_to(root / "elsewhere.yaml")


def forget(root: Path) -> None:
    """Take the entry of flannel out of the lock."""
    head, *tables = (root / LOCK).read_text().split("[[manifest]]\n")
    kept = [table for table in tables if '"flannel"' not in table]
    (root / LOCK).write_text("[[manifest]]\n".join([head, *kept]))


def bytes_of_flannel(root: Path) -> None:
    size = (root / FLANNEL).stat().st_size
    head, table = (root / LOCK).read_text().split('add-on = "flannel"')
    (root / LOCK).write_text(f'{head}add-on = "flannel"{table.replace(f"bytes = {size}", "bytes = 1", 1)}')


def unfit(root: Path) -> None:
    """A copy and its hash, exchanged together."""
    content = (root / FLANNEL).read_bytes()
    new = b"x" * len(content)
    (root / FLANNEL).write_bytes(new)
    edit(LOCK, digest(content), digest(new))(root)


def test_nothing_differs(repository: Path) -> None:
    checked = check_vendored(repository)
    assert checked.differences == ()
    assert checked.manifests >= 8


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (edit(FLANNEL, "kind", "kind "), {("changed", FLANNEL)}),
        (remove(FLANNEL), {("missing", FLANNEL)}),
        (link, {("missing", FLANNEL)}),
        (write("infrastructure/flannel/base/upstream/more.yaml"), {("not-in-lock", "infrastructure/flannel/base/upstream/more.yaml")}),
        (write("infrastructure/flannel/base/upstream/deeper/more.yaml"), set()),
        (write("images/server/upstream/other.yaml"), set()),
        (write(".cache/upstream/kube-flannel.yml"), set()),
        (forget, {("not-in-lock", FLANNEL), ("not-in-lock", BASE)}),
        (edit(LOCK, 'version = "v0.28.9"', 'version = "v0.28.8"'), {("version", FLANNEL)}),
        (edit(LOCK, "https://raw.githubusercontent.com/flannel-io", "https://evil.example"), {("entry", FLANNEL)}),
        (edit(LOCK, 'registry.example/flannel:v0.28.9",\n]\n\n[[', 'evil/flannel:1",\n]\n\n[['), {("entry", FLANNEL), ("entry", LOCK)}),
        (bytes_of_flannel, {("entry", FLANNEL)}),
        (edit(LOCK, '    "registry.example/flannel:v0.28.9",\n', ""), {("entry", LOCK)}),
        (unfit, {("entry", FLANNEL)}),
        (edit(LOCK, 'add-on = "flannel"', 'add-on = "calico"'), {("version", FLANNEL)}),
        (edit(BASE, "upstream/kube-flannel.yml", "https://example.com/kube-flannel.yml"), {("not-in-lock", BASE), ("not-listed", BASE)}),
        (edit(BASE, "upstream/kube-flannel.yml", "upstream/other.yml"), {("not-in-lock", BASE), ("not-listed", BASE)}),
        (edit(BASE, "resources:", "other:"), {("not-listed", BASE)}),
        (edit(BASE, "resources:", "resources: ["), {("not-listed", BASE)}),
    ],
)  # fmt: skip
def test_each_difference_is_found(
    repository: Path, change: Callable[[Path], None], expected: set[tuple[str, str]]
) -> None:
    change(repository)
    before = tree(repository)
    found = check_vendored(repository).differences
    assert {(difference.kind, difference.path) for difference in found} == expected
    assert tree(repository) == before


def test_all_differences_come_at_once(repository: Path) -> None:
    remove(FLANNEL)(repository)
    edit(METRICS, "kind", "kind ")(repository)
    assert [difference.kind for difference in check_vendored(repository).differences] == ["missing", "changed"]


@pytest.mark.parametrize(
    "text",
    ["", "format = 2\n", "<<<<<<< HEAD\nformat = 1\n", "format = 1\n[[manifest]]\nversion = 1\n", "\x00"]
    + [f"format = 1\nmanifest = {json.dumps(value)}\n" for value in (1, "x", [1])],
)
def test_a_damaged_lock_is_an_error(repository: Path, text: str) -> None:
    (repository / LOCK).write_text(text)
    with pytest.raises(HagenError) as caught:
        check_vendored(repository)
    assert LOCK in caught.value.message


@pytest.mark.parametrize("folder", ["../../etc", "/etc", "a//b", ""])
def test_a_lock_cannot_point_outside(repository: Path, folder: str) -> None:
    edit(LOCK, 'folder = "infrastructure/flannel/base"', f'folder = "{folder}"')(repository)
    with pytest.raises(HagenError, match="damaged"):
        check_vendored(repository)


def test_no_lock_no_repository(tmp_path: Path) -> None:
    for directory in (tmp_path, tmp_path / "absent"):
        with pytest.raises(HagenError, match=r"has no hagen\.lock"):
            check_vendored(directory)
