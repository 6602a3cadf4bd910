"""The detached process itself dies half-way: what the next run makes of it."""

import contextlib
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hagen.generator.errors import HagenError
from hagen.generator.publish import Action, preview, publish, publishing, write_plain
from hagen.generator.publish import plain as plain_module
from hagen.generator.publish.journal import Journal, Step, journal_path, read_journal, write_journal
from hagen.generator.publish.repository import Repository
from hagen.generator.publish.transition import plan_transition
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
)

NEW = {"readme": "new\n" + LINES, "old": None, "more": "more\n"}


class PowerCutError(Exception):
    """Stands for the end of all processes."""


@pytest.fixture
def interrupt(root: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Publish NEW, but let everything end once the journal is on the disk."""

    def cut(repository: Repository, journal: Journal, **_: object) -> None:
        write_journal(journal_path(repository), journal)
        raise PowerCutError

    def publish_until_the_cut(**changes: str | None) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(publishing, "run_transition", cut)
            with pytest.raises(PowerCutError):
                put(root, sample(**(changes or NEW)))

    return publish_until_the_cut


def journal_of(root: Path) -> Journal:
    journal = read_journal(root / ".git/hagen/journal.json")
    assert journal
    return journal


def stale_lock(path: Path) -> None:
    path.touch()
    os.utime(path, (time.time() - 60,) * 2)


def test_nothing_was_begun(root: Path, interrupt: Callable[..., None]) -> None:
    put(root, sample())
    interrupt()
    assert picture(root) == pictured(sample())
    assert put(root, sample(**NEW)).action is Action.UPDATED
    assert picture(root) == pictured(sample(**NEW))
    assert_clean(root)


def test_nothing_was_begun_and_the_user_went_on(root: Path, interrupt: Callable[..., None]) -> None:
    put(root, sample())
    interrupt()
    (root / "README.md").write_text("edited since\n")
    with pytest.raises(HagenError, match="not committed"):
        put(root, sample(**NEW))
    assert (root / "README.md").read_text() == "edited since\n"
    commit_all(root)
    assert put(root, sample(**NEW)).action is Action.CONFLICT


@pytest.mark.parametrize("index_done", [False, True])
def test_half_of_the_files_were_written(root: Path, interrupt: Callable[..., None], index_done: bool) -> None:
    put(root, sample())
    (root / "mine").write_text("mine\n")
    commit_all(root)
    interrupt()
    (root / "more").write_text("more\n")
    (root / "README.md").write_text("new\nline")  # cut off in the middle
    if index_done:
        git(root, "read-tree", journal_of(root).target)
    else:
        stale_lock(root / ".git/index.lock")
    stale_lock(root / ".git/refs/heads/main.lock")
    outcome = put(root, sample(**NEW))
    assert picture(root) == pictured({**sample(**NEW), **files({"mine": "mine\n"})})
    assert [copy.read_text() for copy in outcome.recovered] == ["new\nline"]
    assert outcome.recovered[0].name == "README.md"
    assert git(root, "rev-parse", "hagen/rendered") == outcome.render_commit
    assert_clean(root)


def test_edits_in_files_that_were_not_to_change_survive(root: Path, interrupt: Callable[..., None]) -> None:
    put(root, sample())
    interrupt()
    (root / "more").write_text("more\n")
    stale_lock(root / ".git/index.lock")
    (root / "hagen.yaml").write_text("edited\n")
    with pytest.raises(HagenError, match="not committed") as caught:
        put(root, sample(**NEW))
    assert caught.value.details == ("hagen.yaml",)
    assert (root / "hagen.yaml").read_text() == "edited\n"
    assert not (root / "apps/old").exists()
    git(root, "commit", "--quiet", "--all", "--message=Edit")
    assert put(root, sample(**NEW)).action is Action.UNCHANGED


def test_files_were_written_but_the_branch_was_not_moved(root: Path, interrupt: Callable[..., None]) -> None:
    put(root, sample())
    interrupt()
    journal = journal_of(root)
    git(root, *journal.steps[-2].arguments)
    preview(root, sample(**NEW), cluster="east")
    assert git(root, "rev-parse", "main", "hagen/rendered").split() == [journal.target, journal.render]
    assert_clean(root)


def test_only_the_rendered_branch_is_behind(root: Path, interrupt: Callable[..., None]) -> None:
    put(root, sample())
    interrupt()
    journal = journal_of(root)
    git(root, "reset", "--quiet", "--hard", journal.target)
    assert put(root, sample(**NEW)).action is Action.UNCHANGED
    assert git(root, "rev-parse", "hagen/rendered") == journal.render


def test_the_user_moved_the_branch_on(root: Path, interrupt: Callable[..., None]) -> None:
    put(root, sample())
    interrupt()
    (root / "README.md").write_text("by hand\n" + LINES)
    commit_all(root)
    (root / "notes").write_text("untracked\n")
    outcome = put(root, sample(readme=LINES + "end\n"))
    assert outcome.action is Action.MERGED
    assert (root / "README.md").read_text() == "by hand\n" + LINES + "end\n"
    assert (root / "notes").exists()


def test_unborn_branch(root: Path, interrupt: Callable[..., None]) -> None:
    root.mkdir()
    git(root, "init", "--quiet", "--initial-branch=main")
    interrupt()
    (root / "README.md").write_text("new")
    stale_lock(root / ".git/index.lock")
    put(root, sample(**NEW))
    assert picture(root) == pictured(sample(**NEW))
    assert_clean(root)


def test_file_and_directory_change_places(root: Path, interrupt: Callable[..., None]) -> None:
    put(root, sample(a="file\n", **{"b/x": "x\n"}))
    changes = {"b": "file\n", "a/x": "x\n"}
    interrupt(**changes)
    (root / "a").unlink()
    stale_lock(root / ".git/index.lock")
    put(root, sample(**changes))
    assert picture(root) == pictured(sample(**changes))
    assert_clean(root)


def test_line_ends_on_disk_are_no_edit(root: Path, interrupt: Callable[..., None]) -> None:
    put(root, sample())
    git(root, "config", "core.autocrlf", "true")
    interrupt()
    (root / "README.md").write_bytes(("new\n" + LINES).replace("\n", "\r\n").encode())
    stale_lock(root / ".git/index.lock")
    assert put(root, sample(**NEW)).recovered == ()


def test_conflict_is_rolled_back_and_tried_again(root: Path, interrupt: Callable[..., None]) -> None:
    put(root, sample())
    (root / "README.md").write_text("by hand\n" + LINES)
    commit_all(root)
    interrupt()
    (root / "README.md").write_text("<<<<<<< cut off")
    (root / "more").write_text("more\n")
    stale_lock(root / ".git/index.lock")
    outcome = put(root, sample(**NEW))
    assert outcome.action is Action.CONFLICT
    assert outcome.conflicts == ("README.md",)
    assert [copy.read_text() for copy in outcome.recovered] == ["<<<<<<< cut off"]
    git(root, "merge", "--abort")
    assert (root / "README.md").read_text() == "by hand\n" + LINES
    assert not (root / "more").exists()
    assert git(root, "status", "--porcelain") == ""


def test_complete_conflict_is_left_to_the_user(root: Path, interrupt: Callable[..., None]) -> None:
    put(root, sample())
    (root / "README.md").write_text("by hand\n" + LINES)
    commit_all(root)
    interrupt()
    git(root, *journal_of(root).steps[0].arguments, accept=(1,))
    (root / "README.md").write_text("resolved\n")
    with pytest.raises(HagenError, match="merge is in progress"):
        put(root, sample(**NEW))
    assert (root / "README.md").read_text() == "resolved\n"
    commit_all(root)
    assert put(root, sample(**NEW)).action is Action.UNCHANGED
    assert (root / "README.md").read_text() == "resolved\n"


def test_failing_transition_is_rolled_back(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(root, sample())
    plan = plan_transition

    def failing(*arguments: object, **options: object) -> Journal:
        journal: Journal = plan(*arguments, **options)  # type: ignore[arg-type]
        return replace(journal, steps=(*journal.steps[:-1], Step(("no-such-command",))))

    with monkeypatch.context() as patch:
        patch.setattr(publishing, "plan_transition", failing)
        with pytest.raises(HagenError) as caught:
            put(root, sample(**NEW))
    assert any("no-such-command" in line for line in caught.value.details)
    assert picture(root) == pictured(sample())
    assert_clean(root)
    assert put(root, sample(**NEW)).action is Action.UPDATED


@pytest.mark.parametrize("moved", [0, 1, 2])
def test_plain_plan_is_finished(root: Path, monkeypatch: pytest.MonkeyPatch, moved: int) -> None:
    write_plain(root, sample(), cluster="east")

    def cut(*_: object) -> None:
        raise PowerCutError

    with monkeypatch.context() as patch, contextlib.suppress(PowerCutError):
        patch.setattr(plain_module, "_apply", cut)
        write_plain(root, sample(**NEW), cluster="east")
    for number, path in list(enumerate(("README.md", "more")))[:moved]:
        (root / ".hagen-pending" / str(number)).replace(root / path)
    (root / "apps/old/base/old.yaml").write_text("edited since\n")
    outcome = write_plain(root, sample(**NEW), cluster="east")
    assert outcome.action is Action.UNCHANGED
    assert [copy.read_text() for copy in outcome.recovered] == ["edited since\n"]
    assert picture(root) == pictured(sample(**NEW))


def test_unfinished_staging_is_rubbish(root: Path) -> None:
    write_plain(root, sample(), cluster="east")
    for name in (".hagen-staging", ".hagen-pending"):
        (root / name).mkdir()
        (root / name / "0").write_text("half")
    write_plain(root, sample(**NEW), cluster="east")
    assert picture(root) == pictured(sample(**NEW))
    assert not (root / ".hagen-staging").exists()


def test_leftovers_of_dead_processes_are_swept(root: Path) -> None:
    dead = root.with_name(".repo.hagen-999999999")
    dead.mkdir()
    (dead / "x").write_text("x\n")
    other = root.with_name(".other.hagen-1")
    other.mkdir()
    put(root, sample())
    assert not dead.exists()
    assert other.exists()


def test_leftovers_in_the_current_directory_are_swept(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / ".hagen-init-999999999").mkdir(parents=True)
    monkeypatch.chdir(root)
    publish(Path(), sample(), cluster="east", version="1")
    assert not list(root.glob(".hagen-*"))
    assert_clean(root)
