"""images/ci/tag.sh: the same sources, the same tag."""

import re

from tests.images.clone import Clone

TAG = "images/ci/tag.sh"


def test_a_tag_is_when_and_by_which_commit_a_folder_changed(clone: Clone) -> None:
    clone.git("config", "core.abbrev", "5")
    commit = clone.change("images/server/app.js", "1\n")
    result = clone.run(TAG, "server")
    assert result.returncode == 0, result.stderr
    assert re.fullmatch(r"\d{8}-\d{6}-[0-9a-f]{12}\n", result.stdout)
    assert result.stdout.strip().endswith(commit[:12])
    assert result.stdout == clone.run(TAG, "server", TZ="Asia/Tokyo").stdout
    stamp = clone.run("git", "log", "-1", "--date=format-local:%Y%m%d-%H%M%S", "--format=%cd", TZ="UTC0").stdout.strip()
    assert result.stdout.startswith(stamp)


def test_only_its_own_folder_counts(clone: Clone) -> None:
    before = [clone.run(TAG, name).stdout for name in ("client", "server")]
    clone.change("images/server/app.js", "1\n")
    clone.change("hagen.yaml", clone.read("hagen.yaml") + "# a comment\n")
    after = [clone.run(TAG, name).stdout for name in ("client", "server")]
    assert after[0] == before[0]
    assert after[1] != before[1]


def test_a_commit_may_be_named(clone: Clone) -> None:
    before = clone.run(TAG, "server").stdout
    clone.change("images/server/app.js", "1\n")
    assert clone.run(TAG, "server", "HEAD^").stdout == before


def test_what_is_no_image_is_refused(clone: Clone) -> None:
    result = clone.run(TAG, "sever")
    assert result.returncode == 1
    assert "images/sever is not in HEAD" in result.stderr


def test_a_shallow_clone_is_refused(clone: Clone) -> None:
    clone.change("README.md", "changed\n")
    clone.push()
    shallow = Clone(clone.directory.parent / "shallow")
    clone.git("clone", "--quiet", "--depth=1", f"file://{clone.directory.parent}/remote.git", str(shallow.directory))
    result = shallow.run(TAG, "server")
    assert result.returncode == 1
    assert "--unshallow" in result.stderr
