"""`hagen vendor` as a user calls it, with a server that does what servers do."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hagen.generator.compatibility import compatibility
from hagen.generator.vendor.checking import check_vendored
from hagen.generator.vendor.lock import LOCK
from tests.generator.vendor.cluster import FLANNEL, git, layout, mirror, tree
from tests.generator.vendor.server import Server, answer, dripping, redirect, truncated
from tests.support import MINIMAL

HAGEN = [sys.executable, "-m", "hagen.generator"]
KILLS = 8


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("hagen.yaml").write_bytes(MINIMAL)


@pytest.fixture
def web(server: Server) -> Server:
    """The server as a mirror."""
    for path, content in layout(compatibility()).items():
        server.serve(f"/mirror/{path}", answer(content))
    return server


def hagen(*arguments: str, code: int = 0) -> str:
    result = subprocess.run([*HAGEN, *arguments], capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == code, result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    return result.stdout + result.stderr


def test_from_nothing_to_an_offline_repository(web: Server, out: Path) -> None:
    output = hagen("vendor", "-o", str(out), "--mirror", f"{web.url}/mirror/")
    assert "flannel v0.28.9 Documentation/kube-flannel.yml:" in output
    assert git(out, "rev-list", "--count", "HEAD") == "1"
    assert "no differences" in hagen("vendor", "--check", "-o", str(out))
    assert "nothing to change" in hagen("vendor", "-o", str(out), "--mirror", f"{web.url}/mirror")
    asked = web.asked.copy()
    assert "nothing to change" in hagen("render", "-o", str(out))
    assert hagen("diff", "-o", str(out)) == ""
    hagen("vendor", "--missing", "-o", str(out), "--mirror", f"{web.url}/mirror")
    assert web.asked == asked


def test_a_folder_as_mirror_and_no_git(out: Path) -> None:
    hagen("vendor", "--plain", "-o", str(out), "--mirror", str(mirror(Path("mirror"))))
    assert not (out / ".git").exists()
    assert (out / FLANNEL).is_file()
    hagen("vendor", "--remove", "--plain", "-o", str(out))
    assert not (out / FLANNEL).exists()


def test_all_that_fails_is_said_at_once_and_nothing_written(web: Server, out: Path) -> None:
    hagen("render", "-o", str(out))
    before = tree(out)
    login = b"<!DOCTYPE html><title>Log in</title>"
    faults = {
        "flannel/v0.28.9/Documentation/kube-flannel.yml": answer(login),
        "local-path-provisioner/v0.0.37/deploy/local-path-storage.yaml": redirect("/loop"),
        "metrics-server/v0.9.0/high-availability-1.21+.yaml": answer(b"", 403),
        "gateway-api/v1.5.1/standard-install.yaml": truncated(b"x" * 100),
    }
    for path, fault in faults.items():
        assert f"/mirror/{path}" in web.routes
        web.serve(f"/mirror/{path}", fault)
    web.serve("/loop", redirect("/loop"))
    output = hagen("vendor", "-o", str(out), "--mirror", f"{web.url}/mirror", code=1)
    assert "nothing was written" in output
    assert "error: 4 of " in output
    for path, words in zip(faults, ("Log in", "redirects", "403", "attempts: 4"), strict=True):
        assert words in output.partition(f"{web.url}/mirror/{path}\n")[2].partition("\n")[0]
    assert tree(out) == before
    assert git(out, "rev-list", "--count", "hagen/rendered") == "1"


def test_check_as_a_program_reads_it(out: Path) -> None:
    hagen("render", "-o", str(out))
    document = json.loads(hagen("vendor", "--check", "--json", "-o", str(out), code=1))
    assert document["manifests"] == len(document["differences"])
    assert {difference["kind"] for difference in document["differences"]} == {"not-vendored"}
    assert set(document["differences"][0]) == {"path", "kind", "message", "remedy"}
    hagen("vendor", "-o", str(out), "--mirror", str(mirror(Path("mirror"))))
    document = json.loads(hagen("vendor", "--check", "--json", "-o", str(out)))
    assert document["differences"] == []
    (out / FLANNEL).write_text("changed\n")
    output = hagen("vendor", "--check", "-o", str(out), code=1)
    assert f"{out / FLANNEL}: changed: its sha256 is" in output
    assert "1 difference" in output


def test_check_finds_the_repository_by_the_clusters_name() -> None:
    hagen("vendor", "--mirror", str(mirror(Path("mirror"))))
    assert "build/production" in hagen("vendor", "--check")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--check", "--mirror", "x"),
        ("--check", "--missing"),
        ("--check", "--remove"),
        ("--remove", "--accept-changed"),
        ("--json",),
        ("--mirror", "s3://bucket/path"),
        ("--mirror", "nowhere"),
        ("--mirror", "x" * 5000),
        ("--mirror", ""),
        ("--mirror", " "),
        ("--check", "--mirror", ""),
        ("--mirror", "http://[::1"),
        ("--mirror", "ftp://[::1"),
        ("--mirror", "http://host:99999/"),
        ("--mirror", "http://host:port/"),
        ("--mirror", "http://host:0"),
        ("--mirror", "https://"),
        ("--mirror", "http://a host/"),
        ("--mirror", "http://a..b/"),
        ("--mirror", "http://host/path?token=1"),
        ("--mirror", "http://host/#there"),
    ],
)
def test_contradictions_are_wrong_usage(arguments: tuple[str, ...]) -> None:
    assert "error:" in hagen("vendor", *arguments, code=2)
    assert not Path("build").exists()


@pytest.mark.parametrize("mirror", ["http://me:sesame@[::1", "http://me:sesame@h:99999/", "http://me:sesame/x@h/"])
def test_a_password_of_a_url_that_is_none_is_not_shown(mirror: str) -> None:
    output = hagen("vendor", "--mirror", mirror, code=2)
    assert "is not the URL of a mirror" in output
    assert "sesame" not in output


def test_a_redirect_to_what_is_no_url(web: Server, out: Path) -> None:
    web.serve("/mirror/flannel/v0.28.9/Documentation/kube-flannel.yml", redirect("http://[::1"))
    output = hagen("vendor", "-o", str(out), "--mirror", f"{web.url}/mirror", code=1)
    assert "not a URL" in output


@pytest.mark.parametrize("path", [FLANNEL, LOCK])
@pytest.mark.parametrize("options", [(), ("--missing",)], ids=["all", "missing"])
def test_what_check_reports_is_repaired_by_what_it_advises(out: Path, path: str, options: tuple[str, ...]) -> None:
    arguments = ("vendor", "-o", str(out), "--mirror", str(mirror(Path("mirror"))))
    hagen(*arguments)
    before = tree(out)
    git(out, "rm", "-q", path)
    git(out, "commit", "-q", "-m", "By hand")
    assert "`hagen vendor`" in hagen("vendor", "--check", "-o", str(out), code=1)
    output = hagen(*arguments, *options)
    assert f"{path} is as rendered again" in output
    assert tree(out) == before
    assert "no differences" in hagen("vendor", "--check", "-o", str(out))
    assert "nothing to change" in hagen(*arguments, *options)


def test_what_it_cannot_settle_ends_with_1(out: Path) -> None:
    arguments = ("vendor", "-o", str(out), "--mirror", str(mirror(Path("mirror"))))
    hagen(*arguments)
    more = "infrastructure/flannel/base/upstream/more.yaml"
    (out / more).write_text("kind: Mine\n")
    git(out, "add", more)
    git(out, "commit", "-q", "-m", "By hand")
    output = hagen(*arguments, code=1)
    assert f"{out / more}: not-in-lock" in output
    assert "1 difference that hagen does not settle by itself" in output
    # A file that hagen never wrote is the user's to remove.
    assert (out / more).exists()
    git(out, "rm", "-q", more)
    git(out, "commit", "-q", "-m", "Gone")
    hagen(*arguments)


def test_a_password_of_the_mirror_is_never_shown_or_kept(web: Server, out: Path) -> None:
    host = web.url.removeprefix("http://")
    web.routes.pop("/mirror/flannel/v0.28.9/Documentation/kube-flannel.yml")
    output = hagen("vendor", "-o", str(out), "--mirror", f"http://me:sesame@{host}/mirror", code=1)
    assert "kube-flannel.yml" in output
    assert "sesame" not in output
    web.serve("/mirror/flannel/v0.28.9/Documentation/kube-flannel.yml", answer(b"apiVersion: v1\nkind: List\n"))
    hagen("vendor", "-o", str(out), "--mirror", f"http://me:sesame@{host}/mirror")
    assert b"sesame" not in b"".join(tree(out).values())
    assert host.encode() not in (out / LOCK).read_bytes()


def started(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*HAGEN, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def wait_for(condition: object, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_ctrl_c_in_a_download_ends_at_once_and_writes_nothing(web: Server, out: Path) -> None:
    slow = "/mirror/flannel/v0.28.9/Documentation/kube-flannel.yml"
    web.serve(slow, dripping(15))
    with started("vendor", "-o", str(out), "--mirror", f"{web.url}/mirror") as process:
        wait_for(lambda: web.asked[slow])
        begun = time.monotonic()
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(20) == 130
        assert time.monotonic() - begun < 5
        assert process.stderr
        assert "interrupted" in process.stderr.read()
    assert not out.exists()
    assert [path.name for path in out.parent.iterdir()] == ["hagen.yaml"]


def test_killed_at_any_moment_it_leaves_the_old_or_the_new_state(out: Path) -> None:
    arguments = ("vendor", "-o", str(out), "--mirror", str(mirror(Path("mirror"))))
    hagen("render", "-o", str(out))
    old = tree(out)
    begun = time.perf_counter()
    hagen(*arguments)
    duration = time.perf_counter() - begun
    new = tree(out)
    hagen("vendor", "--remove", "-o", str(out))
    chance = random.Random(20261122)
    for _ in range(KILLS):
        with started(*arguments) as process:
            time.sleep(chance.uniform(0.2, 1) * duration)
            process.kill()
            process.wait()
        # What a killed run had begun, the next command ends.
        hagen("render", "-o", str(out))
        assert tree(out) in (old, new)
        assert git(out, "status", "--porcelain") == ""
        hagen(*arguments)
        assert tree(out) == new
        assert not check_vendored(out).differences
        hagen("vendor", "--remove", "-o", str(out))
