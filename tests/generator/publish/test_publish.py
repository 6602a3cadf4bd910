"""Publishing into new and existing repositories: what hagen writes, and what it leaves to git's merge."""

import os
from pathlib import Path

import pytest

from hagen.generator.publish import Action, RenderedFile
from tests.generator.publish.sandbox import (
    LINES,
    assert_clean,
    commit_all,
    files,
    git,
    picture,
    pictured,
    put,
    sample,
    times,
)


def test_absent_directory_becomes_a_repository_with_one_commit(root: Path) -> None:
    outcome = put(root, sample())
    assert outcome.action is Action.CREATED
    assert outcome.added == tuple(sorted(sample()))
    assert picture(root) == pictured(sample())
    assert_clean(root)
    assert git(root, "branch", "--show-current") == outcome.branch == "main"
    assert git(root, "rev-parse", "main", "hagen/rendered").split() == [outcome.head, outcome.render_commit]
    assert git(root, "rev-list", "--count", "--all") == "1"
    assert [path.name for path in root.parent.iterdir()] == ["repo"]


def test_parents_are_made_and_an_empty_directory_keeps_its_mode(tmp_path: Path) -> None:
    put(tmp_path / "a" / "b", sample())
    empty = tmp_path / "empty"
    empty.mkdir(mode=0o700)
    assert put(empty, sample()).action is Action.CREATED
    assert empty.stat().st_mode & 0o777 == 0o700


def test_current_directory_is_not_replaced(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root.mkdir()
    inode = root.stat().st_ino
    monkeypatch.chdir(root)
    assert put(Path(), sample()).action is Action.CREATED
    assert root.stat().st_ino == inode
    assert picture(root) == pictured(sample())
    assert_clean(root)


def test_what_was_written_by_hand_before_it_was_rendered_is_no_conflict_later(root: Path) -> None:
    """As a pipeline does that bumps a tag in hagen.yaml and in the overlay."""
    put(root, sample(dns=LINES.replace("line 5", "tag 1")))
    (root / "apps/dns/overlays/east/dns.yaml").write_text(LINES.replace("line 5", "tag 2"))
    commit_all(root)
    before = picture(root)
    outcome = put(root, sample(dns=LINES.replace("line 5", "tag 2")))
    assert outcome.action is Action.MERGED
    assert not outcome.changes
    assert picture(root) == before
    assert git(root, "rev-parse", "HEAD^2") == outcome.render_commit
    assert put(root, sample(dns=LINES.replace("line 5", "tag 2"))).action is Action.UNCHANGED
    last = put(root, sample(dns=LINES.replace("line 5", "tag 3")))
    assert not last.conflicts
    assert "tag 3" in (root / "apps/dns/overlays/east/dns.yaml").read_text()
    assert_clean(root)


def test_commit_message_tells_cluster_version_primary_and_numbers(root: Path) -> None:
    put(root, sample())
    put(root, sample(readme="new\n", old=None, more="x"))
    message = git(root, "log", "-1", "--format=%B", "hagen/rendered")
    assert message.startswith("Render cluster east\n\n1 files added, 1 changed, 1 removed.\n")
    trailers = git(root, "log", "-1", "--format=%(trailers:only)", "hagen/rendered").splitlines()
    assert trailers[:3] == ["Hagen-Cluster: east", "Hagen-Version: 1.0", "Hagen-Primary: east"]


def test_unchanged_input_touches_nothing(root: Path) -> None:
    put(root, sample())
    before = times(root)
    outcome = put(root, sample())
    assert outcome.action is Action.UNCHANGED
    assert not outcome.changes
    assert times(root) == before


def test_without_edits_the_branch_is_forwarded(root: Path) -> None:
    put(root, sample())
    outcome = put(root, sample(readme="new\n", old=None, more="x"))
    assert outcome.action is Action.UPDATED
    assert (outcome.added, outcome.changed, outcome.removed) == (("more",), ("README.md",), ("apps/old/base/old.yaml",))
    assert picture(root) == pictured(sample(readme="new\n", old=None, more="x"))
    assert not (root / "apps" / "old").exists()
    assert git(root, "rev-parse", "main") == git(root, "rev-parse", "hagen/rendered") == outcome.head
    assert_clean(root)


def test_edits_by_hand_survive(root: Path) -> None:
    put(root, sample())
    (root / "README.md").write_text("by hand\n" + LINES)
    (root / "mine.txt").write_text("mine\n")
    git(root, "rm", "--quiet", "apps/old/base/old.yaml")
    git(root, "mv", "apps/dns/overlays/east/dns.yaml", "renamed.yaml")
    commit_all(root)
    outcome = put(root, sample(readme=LINES + "end\n", dns=LINES + "end\n"))
    assert outcome.action is Action.MERGED
    assert outcome.head == git(root, "rev-parse", "HEAD")
    assert (root / "README.md").read_text() == "by hand\n" + LINES + "end\n"
    assert (root / "renamed.yaml").read_text() == LINES + "end\n"
    assert (root / "mine.txt").read_text() == "mine\n"
    assert set(picture(root)) == {"README.md", "clusters/east/run.sh", "hagen.yaml", "mine.txt", "renamed.yaml"}
    assert git(root, "log", "-1", "--format=%s") == "Merge the render of cluster east"
    assert_clean(root)
    assert put(root, sample(readme=LINES + "end\n", dns=LINES + "end\n")).action is Action.UNCHANGED


def test_conflict_is_left_in_gits_usual_state(root: Path) -> None:
    put(root, sample())
    (root / "README.md").write_text("hand\n" + LINES)
    commit_all(root)
    head = git(root, "rev-parse", "HEAD")
    outcome = put(root, sample(readme="hagen\n" + LINES, more="x"))
    assert outcome.action is Action.CONFLICT
    assert outcome.conflicts == ("README.md",)
    assert outcome.added == ("more",)
    assert "git merge --abort" in outcome.remedy
    assert outcome.head == head == git(root, "rev-parse", "HEAD")
    assert git(root, "rev-parse", "hagen/rendered", "MERGE_HEAD").split() == [outcome.render_commit] * 2
    assert "<<<<<<<" in (root / "README.md").read_text()
    assert not (root / ".git/hagen/journal.json").exists()
    (root / "README.md").write_text("both\n" + LINES)
    commit_all(root)
    assert put(root, sample(readme="hagen\n" + LINES, more="x")).action is Action.UNCHANGED
    assert (root / "README.md").read_text() == "both\n" + LINES


def test_aborted_conflict_comes_again(root: Path) -> None:
    put(root, sample())
    (root / "README.md").write_text("hand\n")
    commit_all(root)
    new = sample(readme="hagen\n")
    render = put(root, new).render_commit
    git(root, "merge", "--abort")
    again = put(root, new)
    assert (again.action, again.render_commit) == (Action.CONFLICT, render)


def test_edited_by_hand_and_removed_by_hagen_is_a_conflict(root: Path) -> None:
    put(root, sample())
    (root / "apps/old/base/old.yaml").write_text("edited\n")
    commit_all(root)
    outcome = put(root, sample(old=None))
    assert outcome.conflicts == ("apps/old/base/old.yaml",)
    assert (root / "apps/old/base/old.yaml").read_text() == "edited\n"


def test_unborn_branch(root: Path) -> None:
    root.mkdir()
    git(root, "init", "--quiet", "--initial-branch=trunk")
    (root / "notes.txt").write_text("untracked\n")
    outcome = put(root, sample())
    assert (outcome.action, outcome.branch) == (Action.CREATED, "trunk")
    assert git(root, "status", "--porcelain") == "?? notes.txt"
    assert git(root, "rev-parse", "trunk") == outcome.render_commit


def test_unrelated_history(root: Path) -> None:
    root.mkdir()
    git(root, "init", "--quiet")
    (root / "mine.txt").write_text("mine\n")
    commit_all(root)
    assert put(root, sample()).action is Action.MERGED
    assert picture(root) == pictured({**sample(), **files({"mine.txt": "mine\n"})})
    assert_clean(root)
    assert put(root, sample(old=None)).action is Action.MERGED
    assert not (root / "apps/old").exists()


def test_unrelated_history_with_the_same_file_is_a_conflict(root: Path) -> None:
    root.mkdir()
    git(root, "init", "--quiet")
    (root / "README.md").write_text("my own\n")
    commit_all(root)
    assert put(root, sample()).conflicts == ("README.md",)


def test_clone_without_the_rendered_branch_merges_three_way(root: Path, tmp_path: Path) -> None:
    put(root, sample())
    (root / "README.md").write_text("by hand\n" + LINES)
    commit_all(root)
    put(root, sample(dns="first\n"))
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--single-branch", "--branch=main", str(root), str(clone))
    assert put(clone, sample(dns="first\n")).action is Action.UNCHANGED
    git(clone, "branch", "-D", "hagen/rendered")
    outcome = put(clone, sample(dns="second\n", old=None))
    assert outcome.action is Action.MERGED
    assert (clone / "README.md").read_text() == "by hand\n" + LINES
    assert (clone / "apps/dns/overlays/east/dns.yaml").read_text() == "second\n"
    assert not (clone / "apps/old").exists()


def test_clone_builds_on_the_remotes_rendered_branch(root: Path, tmp_path: Path) -> None:
    put(root, sample())
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(root), str(clone))
    tip = put(root, sample(dns="newer\n")).render_commit
    git(clone, "fetch", "--quiet")
    outcome = put(clone, sample(dns="newer\n"))
    assert (outcome.action, outcome.head) == (Action.UPDATED, tip)
    assert git(clone, "rev-parse", "hagen/rendered") == tip


def test_squashed_render_is_no_base(root: Path) -> None:
    """Its tree holds edits by hand: as a base it would make git take them back."""
    put(root, sample())
    (root / "README.md").write_text("by hand\n" + LINES)
    commit_all(root)
    git(root, "checkout", "--quiet", "-b", "aside", "HEAD~1")
    put(root, sample(dns="second\n"))
    git(root, "checkout", "--quiet", "main")
    git(root, "cherry-pick", "aside")
    git(root, "branch", "-D", "aside", "hagen/rendered")
    outcome = put(root, sample(dns="second\n", old=None))
    assert outcome.action is Action.MERGED
    assert (root / "README.md").read_text() == "by hand\n" + LINES


def test_diverged_renders_are_joined(root: Path, tmp_path: Path) -> None:
    put(root, sample())
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(root), str(clone))
    put(clone, files({"clusters/west/x": "west\n"}), "west")
    put(root, files({"clusters/north/x": "north\n"}), "north")
    git(root, "fetch", "--quiet", str(clone), "hagen/rendered:refs/remotes/other/hagen/rendered")
    outcome = put(root, sample(readme="new\n"))
    parents = git(root, "log", "-1", "--format=%P", str(outcome.render_commit)).split()
    assert len(parents) == 2
    expected = {**sample(readme="new\n"), **files({"clusters/west/x": "west\n", "clusters/north/x": "north\n"})}
    assert picture(root) == pictured(expected)
    assert_clean(root)


def test_second_cluster_leaves_the_first_as_it_is(root: Path) -> None:
    put(root, sample())
    first = picture(root)
    west = files(
        {"clusters/west/x": "1\n", "apps/dns/overlays/west/x": "1\n", "apps/dns/base/x": "no\n", "README.md": "no\n"}
    )
    outcome = put(root, {**west, **files({"apps/new/base/x": "base\n"})}, "west")
    added = files({"clusters/west/x": "1\n", "apps/dns/overlays/west/x": "1\n", "apps/new/base/x": "base\n"})
    assert outcome.action is Action.UPDATED
    assert picture(root) == dict(sorted({**first, **pictured(added)}.items()))
    put(root, sample(dns=None, readme="new\n"))
    assert picture(root).items() >= pictured({path: added[path] for path in added if "west" in path}).items()
    put(root, files({"clusters/west/y": "2\n"}), "west")
    assert not (root / "clusters/west/x").exists()
    assert (root / "README.md").read_text() == "new\n"
    assert_clean(root)


def test_linked_worktree(root: Path, tmp_path: Path) -> None:
    put(root, sample())
    linked = tmp_path / "linked"
    git(root, "worktree", "add", "--quiet", "-b", "topic", str(linked))
    outcome = put(linked, sample(readme="topic\n"))
    assert (outcome.action, outcome.branch) == (Action.UPDATED, "topic")
    assert picture(linked) == pictured(sample(readme="topic\n"))
    assert picture(root) == pictured(sample())
    assert_clean(linked)
    assert_clean(root)


def test_failing_hooks_do_not_stop_a_render(root: Path) -> None:
    put(root, sample())
    (root / "mine").write_text("mine\n")
    commit_all(root)
    for name in ("pre-commit", "commit-msg", "pre-merge-commit", "post-checkout", "post-merge"):
        hook = root / ".git/hooks" / name
        hook.write_text("#!/bin/sh\nexit 1\n")
        hook.chmod(0o755)
    assert put(root, sample(readme="new\n")).action is Action.MERGED
    assert_clean(root)


def test_identity_falls_back_field_by_field(root: Path) -> None:
    put(root, sample())
    identity = "--format=%an <%ae> %cn <%ce>"
    assert git(root, "log", "-1", identity) == "hagen <hagen@localhost> hagen <hagen@localhost>"
    git(root, "config", "user.name", "Bob")
    put(root, sample(old=None))
    assert git(root, "log", "-1", identity) == "Bob <hagen@localhost> Bob <hagen@localhost>"
    git(root, "config", "user.email", "bob@example.org")
    put(root, sample())
    assert git(root, "log", "-1", identity) == "Bob <bob@example.org> Bob <bob@example.org>"


def test_settings_of_the_user_do_no_harm(root: Path) -> None:
    put(root, sample())
    (root / "mine").write_text("mine\n")
    commit_all(root)
    settings = {"commit.gpgSign": "true", "gpg.program": "false", "merge.ff": "only", "log.showSignature": "true"}
    settings |= {"core.quotePath": "true", "color.ui": "always", "diff.noprefix": "true", "merge.autoStash": "true"}
    settings |= {"status.showUntrackedFiles": "all", "core.fsmonitor": "false", "grep.patternType": "perl"}
    for key, value in settings.items():
        git(root, "config", key, value)
    assert put(root, sample(readme="new\n")).action is Action.MERGED
    assert put(root, sample(readme="new\n")).action is Action.UNCHANGED
    (root / "README.md").write_text("by hand\n")
    git(root, "-c", "commit.gpgSign=false", "commit", "--quiet", "--all", "--message=Edit")
    assert put(root, sample(readme="newer\n")).action is Action.CONFLICT


def test_inherited_variables_do_not_redirect(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_NAMESPACE"):
        monkeypatch.setenv(name, str(tmp_path / "elsewhere"))
    put(root, sample())
    assert put(root, sample(readme="new\n")).action is Action.UPDATED
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("name", ["with space", "ümläut", "quote'\"s", "colon:here", "*"])
def test_unusual_names(tmp_path: Path, name: str) -> None:
    root = tmp_path / name
    render = files({f"{name}/{name}.txt": "1\n", "plain.txt": "1\n"})
    put(root, render)
    (root / name / "by hand").write_text("hand\n")
    commit_all(root)
    new = files({f"{name}/{name}.txt": "2\n", f"{name}/more": "2\n"})
    outcome = put(root, new)
    assert outcome.changed == (f"{name}/{name}.txt",)
    assert picture(root) == pictured({**new, **files({f"{name}/by hand": "hand\n"})})
    assert_clean(root)


def test_line_ends_are_stored_as_rendered(root: Path) -> None:
    put(root, sample())
    git(root, "config", "core.autocrlf", "true")
    render = {**sample(), "crlf.txt": RenderedFile(b"a\r\nb\r\n"), "binary": RenderedFile(b"\0\r\n\xff")}
    put(root, render)
    assert git(root, "cat-file", "-s", "HEAD:crlf.txt") == "6"
    assert put(root, {**render, **sample(readme="new\nline\n")}).action is Action.UPDATED
    assert (root / "README.md").read_bytes() == b"new\r\nline\r\n"


def test_sha256_repository(root: Path) -> None:
    root.mkdir()
    git(root, "init", "--quiet", "--object-format=sha256")
    put(root, sample())
    (root / "mine").write_text("mine\n")
    commit_all(root)
    assert put(root, sample(readme="new\n", old=None)).action is Action.MERGED
    assert_clean(root)


def test_submodule_is_left_alone(root: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    put(other, files({"x": "x\n"}))
    put(root, sample())
    git(root, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other), "vendor")
    commit_all(root)
    (root / "vendor/x").write_text("changed in the submodule\n")
    assert put(root, sample(readme="new\n")).action is Action.MERGED
    assert (root / "vendor/x").read_text() == "changed in the submodule\n"


def test_file_and_directory_change_places(root: Path) -> None:
    put(root, files({"a": "file\n", "b/x": "x\n", "b/y": "y\n"}))
    put(root, files({"a/x": "x\n", "b": "file\n"}))
    assert picture(root) == pictured(files({"a/x": "x\n", "b": "file\n"}))
    assert_clean(root)


def test_the_umask_rules_the_modes(root: Path) -> None:
    old = os.umask(0o027)
    try:
        put(root, sample())
        put(root, sample(readme="new\n"))
    finally:
        os.umask(old)
    assert (root / "README.md").stat().st_mode & 0o777 == 0o640
    assert (root / "clusters/east/run.sh").stat().st_mode & 0o777 == 0o750


def test_identical_untracked_file_is_taken_over(root: Path) -> None:
    root.mkdir()
    git(root, "init", "--quiet")
    (root / "hagen.yaml").write_text("name: east\n")
    put(root, sample())
    assert picture(root) == pictured(sample())
    assert_clean(root)
    assert git(root, "diff-files") == ""


def test_large_and_empty_files(root: Path) -> None:
    render = {
        "empty": RenderedFile(b""),
        "large": RenderedFile(os.urandom(300_000)),
        "fifteen": RenderedFile(b"x" * 15),
    }
    render |= {"sixteen": RenderedFile(b"x" * 16), "more": RenderedFile(b"x" * 2048)}
    put(root, render)
    assert picture(root) == pictured(render)
    assert_clean(root)
