"""What `hagen vendor` puts back: its own files, whatever became of them."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hagen.generator.errors import HagenError
from hagen.generator.publish import Action
from hagen.generator.vendor.lock import LOCK
from tests.generator.vendor.cluster import (
    BASE,
    COPY,
    FLANNEL,
    SEALED,
    STAGING,
    git,
    kinds,
    mirror,
    pin,
    put,
    render,
    tree,
    vendor,
)
from tests.support import MINIMAL


def remove(path: Path) -> None:
    path.unlink()


def damage(path: Path) -> None:
    path.write_text("garbage [[[\n")


def link(path: Path) -> None:
    path.unlink()
    path.symlink_to("/etc/hostname")


def make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "mine.yaml").write_text("mine\n")


@pytest.mark.parametrize("change", [remove, damage, link, make_folder])
@pytest.mark.parametrize("path", [FLANNEL, LOCK])
@pytest.mark.parametrize("behind", [False, True], ids=["same render", "newer render"])
def test_vendor_puts_back_what_was_changed_and_committed(
    out: Path, store: Path, change: Callable[[Path], None], path: str, *, behind: bool
) -> None:
    vendor(out, store)
    before = tree(out)
    change(out / path)
    (out / BASE).write_text((out / BASE).read_text() + "# mine\n")
    git(out, "add", "--all")
    git(out, "commit", "--quiet", "--message", "By hand")
    config = MINIMAL + b"network: {vrrp: {advertInterval: 500ms}}\n" if behind else MINIMAL
    outcome = vendor(out, store, config)
    assert outcome.action is (Action.MERGED if behind else Action.RESTORED)
    assert outcome.restored == (path,)
    assert path in git(out, "log", "-1", "--format=%B")
    assert (out / path).read_bytes() == before[path]
    assert not (out / path).is_symlink()
    assert not kinds(out)
    assert git(out, "status", "--porcelain") == ""
    assert (out / BASE).read_text().endswith("# mine\n")
    assert vendor(out, store, config).action is Action.UNCHANGED


def test_vendor_puts_back_an_edited_copy_of_an_older_version(
    out: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A conflict in nothing but copies is none."""
    vendor(out, store)
    (out / FLANNEL).write_bytes((out / FLANNEL).read_bytes() + b"# by hand\n")
    git(out, "commit", "--all", "--message", "By hand")
    pin(monkeypatch, "flannel", "v0.29.0")
    mirror(store)
    outcome = vendor(out, store)
    assert (outcome.action, outcome.restored) == (Action.MERGED, (FLANNEL,))
    assert not kinds(out)


def test_another_conflict_is_still_the_users(out: Path, store: Path) -> None:
    vendor(out, store)
    (out / FLANNEL).unlink()
    cluster_file = out / "clusters/production/hagen.yaml"
    path = cluster_file if cluster_file.exists() else out / "hagen.yaml"
    path.write_text("# mine\n")
    git(out, "commit", "--all", "--message", "By hand")
    outcome = vendor(out, store, MINIMAL + b"network: {vrrp: {advertInterval: 500ms}}\n")
    assert outcome.action is Action.CONFLICT
    assert outcome.conflicts == (path.relative_to(out).as_posix(),)


def test_vendor_leaves_the_locks_of_other_clusters_alone(out: Path, store: Path) -> None:
    vendor(out, store)
    put(render(out, STAGING), STAGING)
    git(out, "rm", "-rq", "clusters/staging")
    git(out, "commit", "--quiet", "--message", "Staging is gone")
    assert vendor(out, store).action is Action.UNCHANGED
    assert not (out / "clusters/staging").exists()


def test_a_copy_that_is_no_longer_needed_goes_though_edited(out: Path, store: Path) -> None:
    config = MINIMAL + SEALED
    vendor(out, store, config)
    (out / COPY).write_text("by hand\n")
    git(out, "commit", "--all", "--message", "By hand")
    assert vendor(out, store).action is Action.MERGED
    assert not (out / COPY).exists()
    assert not kinds(out)


def test_a_squashed_history_with_a_damaged_copy_is_put_right(out: Path, store: Path, tmp_path: Path) -> None:
    vendor(out, store)
    squashed = tmp_path / "squashed"
    shutil.copytree(out, squashed, ignore=shutil.ignore_patterns(".git"))
    git(squashed, "init", "--quiet", "--initial-branch=main")
    (squashed / FLANNEL).write_text("by hand\n")
    git(squashed, "add", "--all")
    git(squashed, "commit", "--quiet", "--message", "Everything at once")
    with pytest.raises(HagenError, match="not the ones"):
        render(squashed)
    assert vendor(squashed, store).restored == (FLANNEL,)
    assert tree(squashed) == tree(out)


def test_a_plain_folder_gets_back_what_is_missing_and_keeps_what_was_edited(out: Path, store: Path) -> None:
    vendor(out, store, plain=True)
    before = tree(out)
    (out / FLANNEL).unlink()
    (out / LOCK).unlink()
    vendor(out, store, plain=True)
    assert tree(out) == before
    (out / FLANNEL).write_text("by hand\n")
    with pytest.raises(HagenError) as caught:
        vendor(out, store, plain=True)
    assert caught.value.details == (FLANNEL,)
    (out / FLANNEL).unlink()
    vendor(out, store, plain=True)
    assert tree(out) == before
