"""A preview tells what publishing would do, and writes nothing."""

from pathlib import Path

import pytest

from hagen.generator.errors import HagenError
from hagen.generator.publish import Preview, RenderedFile, preview, write_plain
from tests.generator.publish.sandbox import LINES, commit_all, files, git, picture, put, sample, times


def look(root: Path, render: dict[str, RenderedFile], *, plain: bool = False) -> Preview:
    """A preview that leaves no trace."""
    before = times(root) if root.exists() else {}
    siblings = list(root.parent.iterdir())
    result = preview(root, render, cluster="east", plain=plain)
    assert (times(root) if root.exists() else {}) == before
    assert list(root.parent.iterdir()) == siblings
    return result


@pytest.mark.parametrize("plain", [False, True])
def test_absent_or_empty_directory(root: Path, plain: bool) -> None:
    for _ in range(2):
        result = look(root, sample(), plain=plain)
        assert result.added == tuple(sorted(sample()))
        assert result.changed
        assert "+name: east" in result.diff
        root.mkdir(exist_ok=True)


@pytest.mark.parametrize("name", ["repo", "with space", 'a:b"c\\d'])
def test_edits_by_hand_are_respected(tmp_path: Path, name: str) -> None:
    root = tmp_path / name
    put(root, sample())
    (root / "README.md").write_text("by hand\n" + LINES)
    commit_all(root)
    assert not look(root, sample()).changed
    result = look(root, sample(readme=LINES + "end\n", old=None, more="x\n"))
    assert (result.added, result.changed_paths, result.removed) == (
        ("more",),
        ("README.md",),
        ("apps/old/base/old.yaml",),
    )
    assert "+end" in result.diff
    assert "by hand" not in result.diff
    assert result.conflicts == ()
    put(root, sample(readme=LINES + "end\n", old=None, more="x\n"))
    assert not look(root, sample(readme=LINES + "end\n", old=None, more="x\n")).changed


def test_conflicts_are_foreseen(root: Path) -> None:
    put(root, sample())
    (root / "README.md").write_text("by hand\n")
    commit_all(root)
    result = look(root, sample(readme="new\n"))
    assert result.conflicts == ("README.md",)
    assert result.changed


def test_work_in_progress_and_detached_heads_are_no_obstacle(root: Path) -> None:
    put(root, sample())
    (root / "README.md").write_text("not committed\n")
    git(root, "checkout", "--quiet", "--detach")
    assert look(root, sample(old=None)).removed == ("apps/old/base/old.yaml",)


def test_colours(root: Path) -> None:
    assert "\x1b[" in preview(root, sample(), cluster="east", color=True).diff
    assert "\x1b[" not in preview(root, sample(), cluster="east").diff


def test_plain_directory(root: Path) -> None:
    write_plain(root, sample(), cluster="east")
    assert not look(root, sample(), plain=True).changed
    result = look(root, sample(readme="new\n", old=None, more="x\n"), plain=True)
    assert (result.added, result.changed_paths, result.removed) == (
        ("more",),
        ("README.md",),
        ("apps/old/base/old.yaml",),
    )
    assert "-line 3" in result.diff
    (root / "README.md").write_text("by hand\n")
    assert look(root, sample(readme="new\n"), plain=True).conflicts == ("README.md",)


def test_second_cluster(root: Path) -> None:
    put(root, sample())
    result = preview(root, files({"clusters/west/x": "1\n", "README.md": "no\n"}), cluster="west")
    assert (result.added, result.changed_paths) == (("clusters/west/x",), ())


def test_directory_without_git(root: Path) -> None:
    root.mkdir()
    (root / "x").write_text("x\n")
    with pytest.raises(HagenError, match="not a git repository"):
        look(root, sample())
    assert picture(root) == {"x": (0, b"x\n")}
