"""Plain directories: nothing of the user's is overwritten, and hagen knows its own files again."""

import json
import os
from pathlib import Path

import pytest

from hagen.generator.errors import HagenError
from hagen.generator.publish import Action, Outcome, RenderedFile, primary_of, write_plain
from tests.generator.publish.sandbox import LINES, files, git, picture, pictured, put, sample, times


def write(root: Path, render: dict[str, RenderedFile], cluster: str = "east") -> Outcome:
    return write_plain(root, render, cluster=cluster, wait_seconds=5)


def test_absent_and_empty_directories(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = write(root, sample())
    assert (outcome.action, outcome.added) == (Action.CREATED, tuple(sorted(sample())))
    assert picture(root) == pictured(sample())
    assert [path.name for path in root.parent.iterdir()] == ["repo"]
    here = root.parent / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    assert write(Path(), sample()).action is Action.CREATED
    assert picture(here) == pictured(sample())
    assert primary_of(here) == "east"


def test_unchanged_input_touches_nothing(root: Path) -> None:
    write(root, sample())
    before = times(root)
    assert write(root, sample()).action is Action.UNCHANGED
    assert times(root) == before


def test_update_adds_changes_and_removes(root: Path) -> None:
    write(root, sample())
    (root / "mine.txt").write_text("mine\n")
    new = {**sample(readme="new\n", old=None), "README.sh": RenderedFile(b"x\n", executable=True)}
    outcome = write(root, new)
    assert outcome.action is Action.UPDATED
    assert (outcome.added, outcome.changed) == (("README.sh",), ("README.md",))
    assert outcome.removed == ("apps/old/base/old.yaml",)
    assert picture(root) == pictured({**new, **files({"mine.txt": "mine\n"})})
    assert not (root / "apps/old").exists()
    assert {path.name for path in root.iterdir() if path.name.startswith(".")} == {".hagen-manifest.json"}


def test_only_the_mode_changes(root: Path) -> None:
    write(root, sample())
    outcome = write(root, {**sample(), "README.md": RenderedFile(LINES.encode(), executable=True)})
    assert outcome.changed == ("README.md",)
    assert os.access(root / "README.md", os.X_OK)


def test_everything_in_the_way_is_listed_and_nothing_is_written(root: Path, tmp_path: Path) -> None:
    write(root, sample())
    (root / "README.md").write_text("by hand\n")
    (root / "clusters/east/run.sh").chmod(0o644)
    (root / "foreign").write_text("foreign\n")
    (root / "a file").write_text("file\n")
    (root / "folder").mkdir()
    (root / "folder/x").write_text("x\n")
    (tmp_path / "outside").mkdir()
    (root / "link").symlink_to(tmp_path / "outside")
    before = times(root)
    render = sample(readme="new\n", dns="new\n", foreign="x", folder="x", **{"a file/x": "x", "link/x": "x"})
    with pytest.raises(HagenError) as caught:
        write(root, render)
    assert caught.value.details == ("README.md", "a file", "clusters/east/run.sh", "folder/x", "foreign", "link")
    assert times(root) == before
    assert not list((tmp_path / "outside").iterdir())


def test_files_that_already_are_as_rendered_are_taken_over(root: Path) -> None:
    root.mkdir()
    (root / "hagen.yaml").write_text("name: east\n")
    assert "hagen.yaml" not in write(root, sample()).added
    assert picture(root) == pictured(sample())


def test_edited_files_stay_when_they_are_no_longer_rendered(root: Path) -> None:
    write(root, sample())
    (root / "apps/old/base/old.yaml").write_text("edited\n")
    outcome = write(root, sample(old=None))
    assert (outcome.kept, outcome.removed) == (("apps/old/base/old.yaml",), ())
    assert (root / "apps/old/base/old.yaml").read_text() == "edited\n"
    assert write(root, sample(old=None)).action is Action.UNCHANGED
    with pytest.raises(HagenError, match="in the way"):
        write(root, sample())


def test_removal_does_not_follow_links(root: Path, tmp_path: Path) -> None:
    write(root, sample())
    (root / "apps/old/base").rename(tmp_path / "base")
    (root / "apps/old/base").symlink_to(tmp_path / "base")
    assert write(root, sample(old=None)).kept == ("apps/old/base/old.yaml",)
    assert (tmp_path / "base/old.yaml").exists()


def test_files_deleted_by_hand_come_back(root: Path) -> None:
    write(root, sample())
    (root / "README.md").unlink()
    assert write(root, sample()).added == ("README.md",)


def test_file_and_directory_change_places(root: Path) -> None:
    write(root, files({"a": "file\n", "b/x/y": "y\n", "b/z": "z\n"}))
    (root / "b/empty").mkdir()
    new = files({"a/x": "x\n", "b": "file\n"})
    write(root, new)
    assert picture(root) == pictured(new)


def test_second_cluster_leaves_the_first_as_it_is(root: Path) -> None:
    write(root, sample())
    first = picture(root)
    west = files({"clusters/west/x": "1\n", "README.md": "no\n"})
    write(root, west, "west")
    assert picture(root) == dict(sorted({**first, **pictured(files({"clusters/west/x": "1\n"}))}.items()))
    assert primary_of(root) == "east"
    (root / "README.md").write_text("edited: no business of west\n")
    write(root, files({"clusters/west/y": "1\n"}), "west")
    assert not (root / "clusters/west/x").exists()
    owners = {
        path: file["owner"] for path, file in json.loads((root / ".hagen-manifest.json").read_text())["files"].items()
    }
    assert owners["clusters/west/y"] == "west"
    assert owners["README.md"] is None


def test_not_beside_git(root: Path) -> None:
    put(root, sample())
    with pytest.raises(HagenError, match="hagen/rendered"):
        write(root, sample())


def test_in_a_repository_that_hagen_does_not_render(root: Path) -> None:
    root.mkdir()
    git(root, "init", "--quiet")
    assert write(root, sample()).action is Action.CREATED


def test_damaged_manifest(root: Path) -> None:
    write(root, sample())
    for rubbish in ("{", "[]", '{"version": 1}', '{"version": 2}'):
        (root / ".hagen-manifest.json").write_text(rubbish)
        with pytest.raises(HagenError) as caught:
            write(root, sample())
        assert caught.value.remedy


def test_primary_of_directories_without_a_render(root: Path) -> None:
    assert primary_of(root) is None
    root.mkdir()
    assert primary_of(root) is None
    git(root, "init", "--quiet")
    assert primary_of(root) is None
    put(root, sample())
    put(root, files({"clusters/west/x": "1\n"}), "west")
    assert primary_of(root) == "east"
