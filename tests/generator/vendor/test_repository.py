"""Vendored copies in a repository, from the first download through renders, edits, new versions and clusters."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

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
    STAGING,
    _report,
    downloading,
    git,
    manifest,
    mirror,
    pin,
    put,
    render,
    tree,
    vendor,
)
from tests.support import MINIMAL, VALID, name_of, planned

BASE = "infrastructure/flannel/base/kustomization.yaml"
URL = "https://raw.githubusercontent.com/flannel-io/flannel/v0.28.9/Documentation/kube-flannel.yml"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return mirror(tmp_path / "mirror")


def resources(out: Path, path: str = BASE) -> list[str]:
    document = yaml.safe_load((out / path).read_text())
    return list(document["resources"])


def kinds(out: Path) -> dict[str, set[str]]:
    """Kind of a difference -> paths."""
    found: dict[str, set[str]] = {}
    for difference in check_vendored(out).differences:
        assert difference.message
        assert difference.remedy
        found.setdefault(difference.kind, set()).add(difference.path)
    return found


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


SEALED = b"sealedSecrets: {enabled: true}\n"
COPY = "infrastructure/sealed-secrets/base/upstream/controller.yaml"


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
