"""What hagen does not touch, and says so."""

import os
import shutil
from pathlib import Path

import pytest

from hagen.generator.errors import HagenError
from hagen.generator.publish import Action, RenderedFile, publish
from tests.generator.publish.sandbox import commit_all, files, git, picture, put, sample, times


def refused(directory: Path, words: str, **changes: str | None) -> HagenError:
    """Publishing is refused with these words and a remedy, and leaves everything as it was."""
    before = times(directory) if directory.is_dir() else {}
    with pytest.raises(HagenError, match=words) as caught:
        put(directory, sample(**changes))
    after = times(directory) if directory.is_dir() else {}
    assert {path: at for path, at in after.items() if "hagen" not in Path(path).parts and ".git" not in path} == {
        path: at for path, at in before.items() if "hagen" not in Path(path).parts and ".git" not in path
    }
    assert caught.value.remedy
    return caught.value


def test_not_a_directory(root: Path) -> None:
    root.write_text("a file\n")
    refused(root, "is not a directory")


def test_directory_with_files_but_without_git(root: Path) -> None:
    root.mkdir()
    (root / "x").write_text("x\n")
    assert "--plain" in refused(root, "is not a git repository").remedy


def test_directory_within_another_repository(root: Path) -> None:
    put(root, sample())
    refused(root / "apps", "within another git repository")
    assert put(root / "empty", sample()).added


def test_bare_repository(root: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", str(root))
    refused(root, "bare repository")


def test_damaged_repository(root: Path) -> None:
    root.mkdir()
    (root / ".git").write_text("gitdir: /nowhere/at/all\n")
    refused(root, "git")


def test_detached_head(root: Path) -> None:
    put(root, sample())
    git(root, "checkout", "--quiet", "--detach")
    assert "git switch" in refused(root, "detached", readme="new\n").remedy


def test_rendered_branch_checked_out(root: Path, tmp_path: Path) -> None:
    put(root, sample())
    git(root, "checkout", "--quiet", "hagen/rendered")
    refused(root, "checked out", readme="new\n")
    git(root, "checkout", "--quiet", "main")
    git(root, "worktree", "add", "--quiet", str(tmp_path / "linked"), "hagen/rendered")
    refused(root, "checked out in", readme="new\n")


def test_changes_that_are_not_committed(root: Path) -> None:
    many = {f"{number:02} file": "x\n" for number in range(12)}
    put(root, sample(**many))
    for name in many:
        (root / name).write_text("changed\n")
    error = refused(root, "12 tracked file", readme="new\n")
    assert error.details == (*sorted(many)[:10], "... and 2 more")
    assert "git commit" in error.remedy
    assert "git stash" in error.remedy


def test_staged_and_deleted_files_count_as_changes(root: Path) -> None:
    put(root, sample())
    (root / "staged file").write_text("x\n")
    git(root, "add", "staged file")
    (root / "README.md").unlink()
    assert refused(root, "2 tracked", dns="new\n").details == ("README.md", "staged file")


@pytest.mark.parametrize("what", ["merge", "cherry-pick", "revert", "rebase", "bisect"])
def test_unfinished_business(root: Path, what: str) -> None:
    put(root, sample())
    git(root, "checkout", "--quiet", "-b", "topic")
    for branch in ("topic", "main"):
        git(root, "checkout", "--quiet", branch)
        (root / "README.md").write_text(f"{branch}\n")
        commit_all(root)
        (root / "README.md").write_text(f"{branch} again\n")
        commit_all(root)
    commands = {
        "merge": ("merge", "topic"),
        "cherry-pick": ("cherry-pick", "topic"),
        "revert": ("revert", "--no-edit", "HEAD~1"),
        "rebase": ("rebase", "topic"),
        "bisect": ("bisect", "start"),
    }
    git(root, *commands[what], accept=(0, 1))
    refused(root, what, dns="new\n")


@pytest.mark.parametrize("ignored", [False, True])
def test_untracked_files_in_the_way(root: Path, ignored: bool) -> None:
    put(root, sample())
    (root / ".gitignore").write_text("more\nfolder\n" if ignored else "")
    commit_all(root)
    (root / "more").write_text("mine\n")
    (root / "folder").mkdir()
    (root / "folder" / "mine").write_text("mine\n")
    error = refused(root, "does not track", more="hagens\n", folder="a file\n")
    assert error.details == ("folder/mine", "more")


def test_a_link_on_the_way_is_not_followed(root: Path, tmp_path: Path) -> None:
    put(root, sample())
    (tmp_path / "outside").mkdir()
    (root / "folder").symlink_to(tmp_path / "outside")
    assert refused(root, "does not track", **{"folder/x": "x\n"}).details == ("folder",)
    assert not list((tmp_path / "outside").iterdir())


@pytest.mark.parametrize(
    "path", ["../x", "/x", "a//b", ".git/config", "a/.GIT/x", "", "a/./b", "new\nline", ".hagen-pending/x"]
)
def test_paths_that_no_repository_can_take(root: Path, path: str) -> None:
    with pytest.raises(HagenError):
        put(root, {path: RenderedFile(b"")})
    assert not root.exists()


def test_file_that_is_also_a_directory(root: Path) -> None:
    with pytest.raises(HagenError):
        put(root, files({"a": "", "a/b": ""}))


def test_git_is_missing_or_old(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    monkeypatch.setenv("PATH", str(tools))
    refused(root, "not installed")
    (tools / "git").write_text("#!/bin/sh\necho git version 2.37.9\n")
    (tools / "git").chmod(0o755)
    refused(root, r"2\.38 or newer")
    assert not root.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
def test_repository_of_another_user(root: Path) -> None:
    put(root, sample())
    for path in [root, *root.rglob("*")]:
        shutil.chown(path, 12345, 12345)
    assert "safe.directory" in refused(root, "belongs to another user").remedy


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_read_only_directory(root: Path) -> None:
    put(root, sample())
    root.chmod(0o555)
    try:
        refused(root, "not writable", readme="new\n")
        with pytest.raises(HagenError):
            put(root / "sub", sample())
    finally:
        root.chmod(0o755)


def test_failing_git_speaks_for_itself(root: Path) -> None:
    put(root, sample())
    (root / ".git/index").write_bytes(b"rubbish")
    error = refused(root, "git status failed", readme="new\n")
    assert any("index" in line for line in error.details)


def test_two_runs_at_once(root: Path) -> None:
    from hagen.generator.publish.lock import hold  # noqa: PLC0415

    put(root, sample())
    with (
        hold(root / ".git/hagen/lock", wait_seconds=1),
        pytest.raises(HagenError, match=f"process {os.getpid()}") as caught,
    ):
        publish(root, sample(), cluster="east", version="1", wait_seconds=0.1)
    assert "Wait" in caught.value.remedy


def test_index_is_locked(root: Path) -> None:
    put(root, sample())
    (root / ".git/index.lock").touch()
    assert "index.lock" in refused(root, "git process", readme="new\n").remedy
    (root / ".git/index.lock").unlink()
    assert put(root, sample(readme="new\n")).changed == ("README.md",)


def test_branch_that_leaves_no_room_for_hagens(root: Path) -> None:
    root.mkdir()
    git(root, "init", "--quiet", "--initial-branch=main")
    (root / "mine").write_text("mine\n")
    commit_all(root)
    git(root, "branch", "hagen")
    with pytest.raises(HagenError) as caught:
        put(root, sample())
    assert any("refs/heads/hagen" in line for line in caught.value.details)
    assert picture(root) == {"mine": (0, b"mine\n")}
    assert git(root, "status", "--porcelain") == ""
    git(root, "branch", "-m", "hagen", "other")
    assert put(root, sample()).action is Action.MERGED
