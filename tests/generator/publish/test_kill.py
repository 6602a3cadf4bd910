"""SIGKILL at any moment leaves the old or the new state, and the next run gives the new one."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hagen.generator.errors import HagenError
from hagen.generator.publish import Action, publish, write_plain
from hagen.generator.publish.lock import hold
from tests.generator.publish.kill_target import render
from tests.generator.publish.sandbox import Picture, assert_clean, commit_all, git, picture

KILLS = 40
PROGRAM = Path(__file__).with_name("kill_target.py")
MARK = "HAGEN_TEST_MARK"
HAND = b"by hand\n"
BEGUN = (".git/hagen/journal.json", ".hagen-pending")


@contextmanager
def started(kind: str, root: Path, mark: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """The program, loaded and in a process group of its own, at the moment when it begins to publish `new`."""
    with subprocess.Popen(
        [sys.executable, str(PROGRAM), kind, str(root), "new"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, MARK: mark, "PYTHONPATH": str(Path(__file__).parents[3])},
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        process.stdin.write(b"go\n")
        process.stdin.flush()
        yield process


def duration(kind: str, root: Path) -> float:
    """Seconds that an undisturbed run takes."""
    with started(kind, root) as process:
        begun = time.perf_counter()
        process.wait()
        return time.perf_counter() - begun


def kill_at(kind: str, root: Path, seconds: float, *, group: bool) -> None:
    """Kill the program, or its whole process group, so long after its begin."""
    with started(kind, root) as process:
        time.sleep(seconds)
        if group:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()


def kill_everything(mark: str) -> None:
    """Kill all processes that carry the mark: the program, its detached process and their gits."""
    while marked := [pid for pid in processes() if is_marked(pid, mark)]:
        for pid in marked:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue


def processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def is_marked(pid: int, mark: str) -> bool:
    try:
        return f"{MARK}={mark}".encode() in Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return False


def old_repository(root: Path) -> None:
    publish(root, render("old"), cluster="east", version="1")
    (root / "README.md").write_bytes(HAND + (root / "README.md").read_bytes())
    (root / "mine.txt").write_bytes(HAND)
    commit_all(root)


def delays(seconds: float, kills: int = KILLS) -> Iterator[tuple[int, float]]:
    """Moments spread over the whole run; the first is its begin, the last surely after its end."""
    chance = random.Random(7)
    yield 0, 0
    for number in range(1, kills - 1):
        yield number, (number + chance.random()) / kills * seconds * 1.1
    yield kills - 1, seconds * 5


def test_new_directory(tmp_path: Path) -> None:
    seconds = duration("git", tmp_path / "measured")
    expected = picture(tmp_path / "measured")
    seen = set()
    for number, delay in delays(seconds):
        root = tmp_path / str(number) / "repo"
        root.parent.mkdir()
        kill_at("git", root, delay, group=number % 2 == 0)
        for path in root.parent.iterdir():  # a git that outlives the kill still writes there
            with hold(path, wait_seconds=10):
                pass
        seen.add(root.exists())
        if root.exists():
            assert picture(root) == expected
            assert_clean(root)
        publish(root, render("new"), cluster="east", version="1")
        assert picture(root) == expected
        assert [path.name for path in root.parent.iterdir()] == ["repo"]
        shutil.rmtree(root.parent)
    assert seen == {False, True}


def test_changed_repository(tmp_path: Path) -> None:
    template = tmp_path / "template"
    old_repository(template)
    old = picture(template)
    shutil.copytree(template, tmp_path / "measured")
    seconds = duration("git", tmp_path / "measured")
    new = picture(tmp_path / "measured")
    assert new["README.md"][1].startswith(HAND)
    assert new["mine.txt"] == old["mine.txt"]
    seen: list[Picture] = []
    for number, delay in delays(seconds):
        root = tmp_path / str(number)
        shutil.copytree(template, root)
        kill_at("git", root, delay, group=number % 2 == 0)
        with hold(root / ".git/hagen/lock", wait_seconds=10):
            found = picture(root)
        assert found in (old, new)
        seen += [found] if found not in seen else []
        assert_clean(root)
        outcome = publish(root, render("new"), cluster="east", version="1")
        assert outcome.recovered == ()
        assert picture(root) == new
        assert git(root, "rev-parse", "hagen/rendered", "HEAD").split() == [outcome.render_commit, outcome.head]
        assert git(root, "status", "--porcelain") == ""
        shutil.rmtree(root)
    assert len(seen) == 2


def test_conflict(tmp_path: Path) -> None:
    template = tmp_path / "template"
    old_repository(template)
    (template / "apps/a7/file.yaml").write_bytes(HAND)
    commit_all(template)
    old = picture(template)
    shutil.copytree(template, tmp_path / "measured")
    seconds = duration("git", tmp_path / "measured")
    seen = set()
    for number, delay in delays(seconds, kills=20):
        root = tmp_path / str(number)
        shutil.copytree(template, root)
        kill_at("git", root, delay, group=number % 2 == 0)
        with hold(root / ".git/hagen/lock", wait_seconds=10):
            merging = (root / ".git/MERGE_HEAD").exists()
        seen.add(merging)
        if merging:
            assert git(root, "diff", "--name-only", "--diff-filter=U") == "apps/a7/file.yaml"
            with pytest.raises(HagenError, match="merge is in progress"):
                publish(root, render("new"), cluster="east", version="1")
        else:
            assert picture(root) == old
            assert_clean(root)
            assert publish(root, render("new"), cluster="east", version="1").action is Action.CONFLICT
        git(root, "merge", "--abort")
        assert picture(root) == old
        shutil.rmtree(root)
    assert seen == {False, True}


def test_plain_directory(tmp_path: Path) -> None:
    template = tmp_path / "template"
    write_plain(template, render("old"), cluster="east")
    old = picture(template)
    shutil.copytree(template, tmp_path / "measured")
    seconds = duration("plain", tmp_path / "measured")
    new = picture(tmp_path / "measured")
    seen: list[Picture] = []
    for number, delay in delays(seconds):
        root = tmp_path / str(number)
        shutil.copytree(template, root)
        kill_at("plain", root, delay, group=number % 2 == 0)
        with hold(root, wait_seconds=10):
            found = picture(root)
        assert found in (old, new)
        seen += [found] if found not in seen else []
        assert write_plain(root, render("new"), cluster="east").recovered == ()
        assert picture(root) == new
        assert not {".hagen-staging", ".hagen-pending"} & {path.name for path in root.iterdir()}
        shutil.rmtree(root)
    assert len(seen) == 2


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="finds the processes in /proc")
@pytest.mark.parametrize("kind", ["git", "plain"])
def test_power_cut(tmp_path: Path, kind: str) -> None:
    """The detached process dies as well; what it leaves half done, the next run finishes."""
    template = tmp_path / "template"
    if kind == "git":
        old_repository(template)
        slow_down(template)
    else:
        write_plain(template, render("old"), cluster="east")
    shutil.copytree(template, tmp_path / "measured")
    duration(kind, tmp_path / "measured")
    old, new = picture(template), picture(tmp_path / "measured")
    halves = 0
    for number in range(8):
        root, mark = tmp_path / str(number), uuid.uuid4().hex
        shutil.copytree(template, root)
        with started(kind, root, mark) as process:
            while process.poll() is None and not any((root / sign).exists() for sign in BEGUN):
                pass
            time.sleep(number * (0.02 if kind == "git" else 0.003))
            kill_everything(mark)
        halves += picture(root) not in (old, new)
        if kind == "git":
            publish(root, render("new"), cluster="east", version="1")
            assert_clean(root)
        else:
            write_plain(root, render("new"), cluster="east")
        assert picture(root) == new
        shutil.rmtree(root)
    assert halves or kind == "plain"


def test_interrupt_from_the_keyboard_waits_for_the_end(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    old_repository(root)
    slow_down(root)
    with started("git", root) as process:
        while process.poll() is None and not (root / BEGUN[0]).exists():
            pass
        time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait() != 0
    assert not (root / BEGUN[0]).exists()
    assert git(root, "rev-parse", "hagen/rendered") in git(root, "log", "-1", "--format=%P")
    assert_clean(root)


def slow_down(root: Path) -> None:
    """Let git take some milliseconds for each of a dozen files that it writes."""
    git(root, "config", "filter.slow.smudge", "sleep 0.01; cat")
    (root / ".gitattributes").write_text("apps/a1*/* filter=slow\n")
    commit_all(root)
