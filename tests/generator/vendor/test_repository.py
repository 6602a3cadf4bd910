"""Vendored copies in a repository, from the first download through renders, edits, new versions and clusters."""

import json
import shutil
from pathlib import Path

import pytest

from hagen.generator.compatibility import compatibility
from hagen.generator.errors import HagenError
from hagen.generator.publish import Action, preview
from hagen.generator.publish.earlier import earlier_renders
from hagen.generator.publish.git import Git
from hagen.generator.topology import plan
from hagen.generator.vendor.checking import check_vendored
from hagen.generator.vendor.lock import LOCK, decode, images_of_lock
from hagen.generator.vendor.uses import uses
from tests.generator.vendor.cluster import (
    FLANNEL,
    SEALED,
    STAGING,
    _report,
    downloading,
    git,
    kinds,
    manifest,
    mirror,
    pin,
    put,
    render,
    resources,
    tree,
    vendor,
)
from tests.support import MINIMAL, VALID, name_of, planned

URL = "https://raw.githubusercontent.com/flannel-io/flannel/v0.28.9/Documentation/kube-flannel.yml"


@pytest.mark.parametrize("fixture", VALID, ids=name_of)
def test_every_manifest_has_a_place_of_its_own(fixture: Path) -> None:
    found = uses(planned(fixture.read_bytes()))
    assert {use.upstream.addon for use in found} >= {"argo-cd", "flannel"}
    assert len({use.path for use in found}) == len(found)


def test_a_render_writes_a_lock_without_copies(out: Path) -> None:
    put(render(out))
    entries = decode((out / LOCK).read_bytes(), LOCK)
    assert entries[FLANNEL].url == URL
    assert not any(entry.sha256 for entry in entries.values())
    assert [use.path for use in uses(plan(_report(MINIMAL).sound))] == list(entries)
    assert URL in resources(out)
    assert not [path for path in tree(out) if "/upstream/" in path]


def test_vendor_switches_the_bases_in_one_commit(out: Path, store: Path) -> None:
    put(render(out))
    assert vendor(out, store).action is Action.UPDATED
    assert git(out, "rev-list", "--count", "HEAD") == "2"
    assert resources(out)[0] == "upstream/kube-flannel.yml"
    content = manifest("flannel", "v0.28.9", "Documentation/kube-flannel.yml")
    assert (out / FLANNEL).read_bytes() == content
    entry = decode((out / LOCK).read_bytes(), LOCK)[FLANNEL]
    assert (entry.size, entry.images) == (len(content), ("registry.example/flannel:v0.28.9",))
    assert entry.url == URL
    assert not check_vendored(out).differences
    assert git(out, "status", "--porcelain") == ""


@pytest.mark.parametrize("plain", [False, True], ids=["git", "plain"])
def test_repeating_it_changes_nothing(out: Path, store: Path, *, plain: bool) -> None:
    assert vendor(out, store, plain=plain).action is Action.CREATED
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.y*ml")}
    assert vendor(out, store, plain=plain).action is Action.UNCHANGED
    # A render neither asks for the copies nor loses them.
    shutil.rmtree(store)
    result = render(out)
    assert result.notes == ()
    assert put(result, plain=plain).action is Action.UNCHANGED
    assert not preview(out, render(out).files, cluster="production", plain=plain).changed
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*.y*ml")} == before


def test_git_and_plain_render_the_same(tmp_path: Path, store: Path) -> None:
    vendor(tmp_path / "git", store)
    vendor(tmp_path / "plain", store, plain=True)
    plain = tree(tmp_path / "plain")
    del plain[".hagen-manifest.json"]
    assert tree(tmp_path / "git") == plain


def test_a_new_version_leaves_its_old_copy_behind(out: Path, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vendor(out, store)
    pin(monkeypatch, "flannel", "v0.29.0")
    assert kinds(out) == {"version": {FLANNEL}}
    result = render(out)
    assert result.notes == (
        "flannel v0.29.0 is listed by its URL: the copies in the repository are of v0.28.9; run `hagen vendor`",
    )
    put(result)
    assert not (out / FLANNEL).exists()
    assert URL.replace("v0.28.9", "v0.29.0") in resources(out)
    assert kinds(out) == {"not-vendored": {FLANNEL}}
    # Only what is missing has to be had.
    shutil.rmtree(store)
    new = mirror(store) / "flannel"
    for other in set(store.iterdir()) - {new}:
        shutil.rmtree(other)
    with pytest.raises(HagenError, match="could not be vendored"):
        vendor(out, store)
    put(render(out, choose=downloading(store, missing=True)))
    assert not kinds(out)
    assert b"v0.29.0" in (out / FLANNEL).read_bytes()


def test_a_hand_edit_is_found_and_survives_renders(out: Path, store: Path) -> None:
    vendor(out, store)
    edited = (out / FLANNEL).read_bytes() + b"# by hand\n"
    (out / FLANNEL).write_bytes(edited)
    assert kinds(out) == {"changed": {FLANNEL}}
    git(out, "commit", "--all", "--message", "By hand")
    assert put(render(out)).action is Action.UNCHANGED
    slower = MINIMAL + b"network: {vrrp: {advertInterval: 500ms}}\n"
    assert put(render(out, slower), slower).action is Action.MERGED
    assert (out / FLANNEL).read_bytes() == edited
    assert kinds(out) == {"changed": {FLANNEL}}


def test_the_lock_lists_every_image_of_the_cluster(out: Path, store: Path) -> None:
    put(render(out))
    assert images_of_lock((out / LOCK).read_bytes()) is None
    vendor(out, store)
    found = images_of_lock((out / LOCK).read_bytes())
    assert found
    assert {"registry.example/flannel:v0.28.9", compatibility().pinned["percona-xtradb-cluster"]} <= found
    staging = STAGING + SEALED
    put(render(out, staging), staging)
    assert images_of_lock((out / "clusters/staging/hagen.lock").read_bytes()) is None
    vendor(out, store, staging)
    further = images_of_lock((out / "clusters/staging/hagen.lock").read_bytes())
    assert further == found | {"registry.example/sealed-secrets:v0.38.4"}


def test_a_plain_folder_with_an_edited_copy_is_refused(out: Path, store: Path) -> None:
    vendor(out, store, plain=True)
    before = tree(out)
    (out / FLANNEL).write_bytes(b"by hand\n")
    with pytest.raises(HagenError) as caught:
        render(out)
    assert FLANNEL in caught.value.details[0]
    (out / FLANNEL).unlink()
    with pytest.raises(HagenError) as caught:
        render(out)
    assert "missing" in caught.value.details[0]
    (out / FLANNEL).write_bytes(before[FLANNEL])
    assert put(render(out), plain=True).action is Action.UNCHANGED


def test_a_release_that_has_changed_is_refused(out: Path, store: Path) -> None:
    vendor(out, store)
    before = tree(out)
    old = decode(before[LOCK], LOCK)[FLANNEL].sha256
    file = store / "flannel/v0.28.9/Documentation/kube-flannel.yml"
    file.write_bytes(file.read_bytes().replace(b"registry.example", b"evil.example"))
    with pytest.raises(HagenError) as caught:
        vendor(out, store)
    words = "\n".join(caught.value.details)
    assert old in words
    assert "--accept-changed" in words
    assert tree(out) == before
    put(render(out, choose=downloading(store, accept_changed=True)))
    new = decode((out / LOCK).read_bytes(), LOCK)[FLANNEL]
    assert new.sha256 != old
    assert new.sha256 in words
    assert new.images == ("evil.example/flannel:v0.28.9",)
    assert not kinds(out)


def test_the_copies_can_be_removed(out: Path, store: Path) -> None:
    put(render(out))
    before = tree(out)
    vendor(out, store)
    result = render(out, choose=lambda upkeep, known: {})  # noqa: ARG005
    put(result)
    assert tree(out) == before


def test_a_squashed_history_keeps_its_copies(out: Path, store: Path, tmp_path: Path) -> None:
    vendor(out, store)
    squashed = tmp_path / "squashed"
    squashed.mkdir()
    git(squashed, "init", "--quiet", "--initial-branch=main")
    for path, content in tree(out).items():
        (squashed / path).parent.mkdir(parents=True, exist_ok=True)
        (squashed / path).write_bytes(content)
    git(squashed, "add", "--all")
    git(squashed, "commit", "--quiet", "--message", "Everything at once")
    put(render(squashed))
    assert tree(squashed) == tree(out)


def test_a_clone_without_hagens_branch_keeps_its_copies(out: Path, store: Path, tmp_path: Path) -> None:
    vendor(out, store)
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--branch=main", "--single-branch", str(out), str(clone))
    assert put(render(clone)).action is Action.UNCHANGED
    assert tree(clone) == tree(out)


def test_an_interrupted_vendoring_is_finished_before_the_next_render(
    out: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(render(out))
    with monkeypatch.context() as patched:
        patched.setattr("hagen.generator.publish.transition.run_detached", _begin_only)
        with pytest.raises(KeyboardInterrupt):
            vendor(out, store)
    assert (out / ".git/hagen/journal.json").exists()
    put(render(out))
    assert (out / FLANNEL).exists()
    assert not kinds(out)


def _begin_only(git_: Git, _kind: str, _directory: Path, journal: Path) -> None:
    """Run all steps but the last, which moves the branches; then die."""
    for step in json.loads(journal.read_bytes())["steps"][:-1]:
        git_.run(*step["arguments"], stdin=step["stdin"].encode())
    raise KeyboardInterrupt


def test_an_absent_directory_has_no_earlier_renders(tmp_path: Path) -> None:
    assert earlier_renders(tmp_path / "none", lambda _: True).paths == frozenset()
    (tmp_path / "file").touch()
    with pytest.raises(HagenError):
        earlier_renders(tmp_path / "file", lambda _: True)
