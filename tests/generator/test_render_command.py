"""`hagen render` and `hagen diff` as a user calls them, from hagen.yaml to the repository."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hagen.generator.template import OWN
from tests.support import MINIMAL

HAGEN = [sys.executable, "-m", "hagen.generator"]
SLOWER = MINIMAL + b"network: {vrrp: {advertInterval: 500ms}}\n"
KEEPALIVED = "clusters/production/load-balancers/k8s-lb-1/keepalived.conf"
STAGING = MINIMAL + b"metadata: {name: staging}\nnetwork: {cidr: 10.50.0.0/24}\n"


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    Path("hagen.yaml").write_bytes(MINIMAL)


def hagen(*arguments: str, code: int = 0) -> str:
    result = subprocess.run([*HAGEN, *arguments], capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == code, result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    return result.stdout + result.stderr


def git(*arguments: str, directory: str = "build/production") -> str:
    identity = ["-c", "user.name=Tester", "-c", "user.email=tester@example.com"]
    result = subprocess.run(["git", *identity, *arguments], cwd=directory, capture_output=True, text=True, check=True)
    return result.stdout


def tree(directory: Path) -> dict[str, bytes]:
    files = (
        path for path in directory.rglob("*") if path.is_file() and ".git" not in path.relative_to(directory).parts
    )
    return {path.relative_to(directory).as_posix(): path.read_bytes() for path in files}


def test_a_first_render_is_a_clean_repository_with_one_commit() -> None:
    output = hagen("render")
    assert "build/production" in output
    assert git("status", "--porcelain") == ""
    assert git("rev-list", "--count", "HEAD").strip() == "1"
    assert git("rev-parse", "main") == git("rev-parse", "hagen/rendered")
    assert Path("build/production/hagen.yaml").read_bytes() == MINIMAL


def test_an_unchanged_render_touches_nothing() -> None:
    hagen("render")
    before = {path: path.stat().st_mtime_ns for path in Path("build").rglob("*") if path.is_file()}
    assert "nothing to change" in hagen("render")
    assert {path: path.stat().st_mtime_ns for path in Path("build").rglob("*") if path.is_file()} == before


def test_hand_edits_survive_the_next_render() -> None:
    hagen("render")
    haproxy = Path("build/production/clusters/production/load-balancers/k8s-lb-1/haproxy.cfg")
    haproxy.write_text(haproxy.read_text().replace("maxconn 20000", "maxconn 30000"))
    Path("build/production/NOTES.md").write_text("mine\n")
    git("add", "--all")
    git("commit", "--quiet", "--message", "By hand")
    Path("hagen.yaml").write_bytes(SLOWER)
    assert "merged with edits made by hand" in hagen("render")
    assert "maxconn 30000" in haproxy.read_text()
    assert "advert_int 0.5" in Path("build/production", KEEPALIVED).read_text()
    assert Path("build/production/NOTES.md").read_text() == "mine\n"
    assert git("status", "--porcelain") == ""


def test_a_conflict_is_gits_own() -> None:
    hagen("render")
    path = Path("build/production", KEEPALIVED)
    path.write_text(path.read_text().replace("advert_int 0.1", "advert_int 0.3"))
    git("commit", "--quiet", "--all", "--message", "By hand")
    Path("hagen.yaml").write_bytes(SLOWER)
    output = hagen("render", code=1)
    assert KEEPALIVED in output
    assert "<<<<<<<" in path.read_text()
    assert "git merge --abort" in output
    # In the middle of a merge nothing more is written.
    assert "merge" in hagen("render", code=1)


def test_a_dirty_work_tree_is_refused_with_a_remedy() -> None:
    hagen("render")
    path = Path("build/production", KEEPALIVED)
    path.write_text("changed")
    Path("hagen.yaml").write_bytes(SLOWER)
    output = hagen("render", code=1)
    assert KEEPALIVED in output
    assert "git" in output
    assert path.read_text() == "changed"


def test_diff_shows_what_render_does_and_writes_nothing() -> None:
    assert "+++ b/README.md" in hagen("diff", code=2)
    assert not Path("build").exists()
    hagen("render")
    assert hagen("diff") == ""
    Path("hagen.yaml").write_bytes(SLOWER)
    before = tree(Path("build/production/.git"))
    shown = hagen("diff", code=2)
    assert "-    advert_int 0.1\n+    advert_int 0.5\n" in shown
    assert f"~ {KEEPALIVED}" in hagen("diff", "--stat", code=2)
    assert tree(Path("build/production/.git")) == before
    hagen("render")
    assert hagen("diff") == ""


def test_a_bad_configuration_writes_nothing() -> None:
    Path("hagen.yaml").write_bytes(MINIMAL + b"netwrok: {}\n")
    for command in ("render", "diff"):
        assert "HG103" in hagen(command, code=1)
    assert not Path("build").exists()


def test_a_second_cluster_leaves_the_first_byte_for_byte() -> None:
    hagen("render", "-o", "both")
    before = tree(Path("both"))
    Path("staging.yaml").write_bytes(STAGING)
    hagen("render", "-c", "staging.yaml", "-o", "both")
    after = tree(Path("both"))
    assert {path: after[path] for path in before} == before
    added = after.keys() - before.keys()
    assert all(path.startswith("clusters/staging/") or "/overlays/staging/" in path for path in added)
    assert after["clusters/staging/hagen.yaml"] == STAGING
    assert b"# staging" in after["clusters/staging/README.md"]
    # Each can be rendered again without touching the other.
    assert "nothing to change" in hagen("render", "-o", "both")
    assert "nothing to change" in hagen("render", "-c", "both/clusters/staging/hagen.yaml", "-o", "both")
    assert git("status", "--porcelain", directory="both") == ""


def test_plain_writes_files_and_never_over_others() -> None:
    hagen("render", "--plain", "-o", "plain")
    assert not Path("plain/.git").exists()
    assert "nothing to change" in hagen("render", "--plain", "-o", "plain")
    Path("plain", KEEPALIVED).write_text("by hand")
    before = tree(Path("plain"))
    Path("hagen.yaml").write_bytes(SLOWER)
    assert KEEPALIVED in hagen("render", "--plain", "-o", "plain", code=1)
    assert tree(Path("plain")) == before


def test_a_removed_load_balancer_takes_its_files_along() -> None:
    nodes = [
        "  - {name: lb-3, role: load-balancer, address: 10.196.35.13}\n",
        "  - {name: lb-1, role: load-balancer, address: 10.196.35.11}\n  - {name: lb-2, role: load-balancer, address: 10.196.35.12}\n",
        "  - {name: cp-1, role: control-plane, address: 10.196.35.20}\n",
        *(f"  - {{name: w-{n}, role: worker, address: 10.196.35.{23 + n}}}\n" for n in (1, 2, 3)),
    ]
    Path("hagen.yaml").write_text(MINIMAL.decode() + "nodes:\n" + "".join(nodes))
    hagen("render")
    balancers = Path("build/production/clusters/production/load-balancers")
    assert sorted(path.name for path in balancers.iterdir()) == ["lb-1", "lb-2", "lb-3"]
    Path("hagen.yaml").write_text(MINIMAL.decode() + "nodes:\n" + "".join(nodes[1:]))
    hagen("render")
    assert sorted(path.name for path in balancers.iterdir()) == ["lb-1", "lb-2"]


def test_a_fork_of_the_template_is_rendered_instead() -> None:
    fork = Path(shutil.copytree(OWN, "fork"))
    (fork / "repository/#{cookiecutter.directory}#/OURS.md").write_text("#{ cookiecutter.network.virtual_ip }#\n")
    hagen("render", "--template", "fork")
    assert Path("build/production/OURS.md").read_text() == "10.196.35.30\n"
    assert "cookiecutter.json" in hagen("render", "--template", "nowhere", code=1)


def test_rendering_inside_the_repository_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    hagen("render")
    monkeypatch.chdir("build/production")
    Path("hagen.yaml").write_bytes(SLOWER)
    git("commit", "--quiet", "--all", "--message", "Slower", directory=".")
    hagen("render", "-c", "hagen.yaml", "-o", ".")
    assert git("status", "--porcelain", directory=".") == ""
    assert "advert_int 0.5" in Path(KEEPALIVED).read_text()


def test_rendering_into_an_empty_folder_that_is_the_current_one(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("empty").mkdir()
    monkeypatch.chdir("empty")
    hagen("render", "-c", "../hagen.yaml", "-o", ".")
    assert git("status", "--porcelain", directory=".") == ""
    assert Path("README.md").exists()


def test_renaming_the_first_cluster_in_its_own_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    hagen("render")
    monkeypatch.chdir("build/production")
    Path("hagen.yaml").write_bytes(MINIMAL + b"metadata: {name: renamed}\n")
    git("commit", "--quiet", "--all", "--message", "Renamed", directory=".")
    output = hagen("render", "-o", ".", code=1)
    assert "production" in output
    assert "renamed" in output
    assert not Path("clusters/renamed").exists()


def test_a_twin_in_the_same_repository_is_warned_of() -> None:
    hagen("render", "-o", "both")
    Path("twin.yaml").write_bytes(MINIMAL + b"metadata: {name: twin}\n")
    output = hagen("render", "-c", "twin.yaml", "-o", "both")
    for shared in ("virtual IP, 10.196.35.30", "router id on the same bridge, 51", "machine name k8s-lb-1 and 7 more"):
        assert shared in output
    assert "warning" not in hagen("render", "-c", "hagen.yaml", "-o", "alone")


def test_a_shallow_clone_is_refused_instead_of_conflicting() -> None:
    hagen("render")
    path = Path("build/production/README.md")
    path.write_text("By hand\n" + path.read_text())
    git("commit", "--quiet", "--all", "--message", "By hand")
    origin = Path("build/production").resolve().as_uri()
    git("clone", "--quiet", "--depth", "1", "--branch", "main", origin, "shallow", directory=".")
    git("clone", "--quiet", "--single-branch", "--branch", "main", origin, "whole", directory=".")
    for command in ("render", "diff"):
        assert "git fetch --unshallow" in hagen(command, "-o", "shallow", code=1)
    assert hagen("diff", "-o", "whole") == ""
    assert "nothing to change" in hagen("render", "-o", "whole")


def test_the_same_render_on_two_branches_makes_no_merge() -> None:
    hagen("render")
    git("branch", "feature")
    Path("hagen.yaml").write_bytes(SLOWER)
    for branch in ("feature", "main"):
        git("switch", "--quiet", branch)
        hagen("render")
    git("switch", "--quiet", "feature")
    before = git("rev-parse", "HEAD")
    assert hagen("diff") == ""
    assert "nothing to change" in hagen("render")
    assert git("rev-parse", "HEAD") == before


def test_a_full_scratch_folder_is_not_the_templates_fault() -> None:
    # No file may grow: as on a full disk, a rendered file cannot be written.
    script = 'ulimit -f 0; exec "$@"'
    result = subprocess.run(
        ["bash", "-c", script, "bash", *HAGEN, "render"], capture_output=True, text=True, check=False, timeout=60
    )
    assert result.returncode == 1, result.stdout + result.stderr
    assert "TMPDIR" in result.stderr
    assert "mend the template" not in result.stderr
    assert not Path("build").exists()


def test_a_fault_of_the_template_is_told_in_one_line() -> None:
    fork = Path(shutil.copytree(OWN, "fork"))
    (fork / "repository/#{cookiecutter.directory}#/x").write_text("#{ cookiecutter.no_such_name }#")
    output = hagen("render", "--template", "fork", code=1)
    assert "no_such_name" in output
    assert len(output) < 600


def test_a_full_output_is_no_defect() -> None:
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            [*HAGEN, "check"], stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60
        )
    assert result.returncode == 1
    assert "cannot be written" in result.stderr
    assert "defect" not in result.stderr


def test_a_named_pipe_is_not_waited_for() -> None:
    os.mkfifo("pipe.yaml")
    assert "not a file" in hagen("check", "-c", "pipe.yaml", code=1)


def state(directory: Path, *, with_git: bool) -> dict[str, bytes] | None:
    """What a user finds: nothing, or files that are exactly a render's; with git also a clean and sound repository."""
    if not directory.exists() or not any(directory.iterdir()):
        return None
    if with_git:
        deadline = time.monotonic() + 20
        while (directory / ".git/index.lock").exists() and time.monotonic() < deadline:
            time.sleep(0.01)  # the child that finishes the work of a killed render
        assert git("status", "--porcelain", directory=str(directory)) == ""
        git("fsck", "--strict", directory=str(directory))
    return {path: content for path, content in tree(directory).items() if not path.startswith(".hagen")}


@pytest.mark.parametrize("plain", [False, True], ids=["git", "plain"])
@pytest.mark.parametrize("group", [False, True], ids=["process", "group"])
def test_a_killed_render_leaves_the_old_state_or_the_new(plain: bool, group: bool) -> None:
    flags = ["--plain"] if plain else []
    old_and_new = []
    for number, content in enumerate((MINIMAL, SLOWER)):
        Path(f"{number}.yaml").write_bytes(content)
        start = time.monotonic()
        hagen("render", "-c", f"{number}.yaml", "-o", f"wanted-{number}", *flags)
        duration = time.monotonic() - start
        old_and_new.append(state(Path(f"wanted-{number}"), with_git=not plain))
    chance = random.Random(20 * plain + group)
    found = set()
    for attempt in range(8):
        directory = Path(f"killed-{attempt}")
        if attempt % 2:
            hagen("render", "-c", "0.yaml", "-o", str(directory), *flags)
        allowed = [old_and_new[0] if attempt % 2 else None, old_and_new[1]]
        process = subprocess.Popen(
            [*HAGEN, "render", "-c", "1.yaml", "-o", str(directory), *flags],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(duration * chance.uniform(0.5, 1.0))
        if group:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()
        time.sleep(0.2)  # for the child that finishes what was begun
        left = state(directory, with_git=not plain)
        assert left in allowed, "neither old nor new"
        found.add(allowed.index(left))
        hagen("render", "-c", "1.yaml", "-o", str(directory), *flags)
        assert state(directory, with_git=not plain) == old_and_new[1]
        assert not list(Path().glob(".killed-*")), "a later render sweeps what a killed one left beside"
