"""Every command that the README shows, run as a new user would."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT

BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# `make test` runs this very test; the other targets of the Makefile have tests of their own below.
ELSEWHERE = {"make test\n"}


def blocks(name: str) -> list[str]:
    return [block for block in BLOCK.findall((ROOT / name).read_text()) if block not in ELSEWHERE]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what git tracks, with this environment standing in for the one that `make` would build."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if not name.startswith("tests/") and (ROOT / name).exists():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tmp_path / name)
    (tmp_path / ".venv").symlink_to(Path(sys.executable).parents[1])
    return tmp_path


def run(script: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "MAKE"))}
    environment |= {
        "PATH": f"{Path(sys.executable).parent}:{environment['PATH']}",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "Reader",
        "GIT_AUTHOR_EMAIL": "reader@example.com",
        "GIT_COMMITTER_NAME": "Reader",
        "GIT_COMMITTER_EMAIL": "reader@example.com",
        "GIT_PAGER": "cat",
    }
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_readme_can_be_followed_from_top_to_bottom(checkout: Path) -> None:
    script = "\n".join(blocks("README.md"))
    assert "make render" in script
    # Set up already, so that only what follows is run.
    (checkout / "scripts/setup.sh").write_text("#!/bin/sh\n")
    result = run(script, checkout)
    assert result.returncode == 0, f"{result.stdout}\n{result.stderr}"
    assert (checkout / "build/production/clusters/production/inventory.yaml").is_file()
    changed = checkout / "build/demo/clusters/demo/load-balancers/k8s-lb-1/keepalived.conf"
    assert "advert_int 0.2" in changed.read_text()


def test_make_alone_lists_every_target(checkout: Path) -> None:
    targets = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    result = run("make", checkout)
    assert result.returncode == 0
    assert all(f"make {target} " in result.stdout for target in targets)


def test_ci_runs_the_readmes_test_command() -> None:
    script = (ROOT / ".ci/run").read_text()
    assert re.search(r"^make test$", script, re.MULTILINE)
    assert "HAGEN_REQUIRE_TESTBED=1" in script


@pytest.mark.parametrize("name", sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md")))
def test_links_lead_somewhere(name: str) -> None:
    page = ROOT / name
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
        assert target.startswith("https://") or (page.parent / target).exists(), target


def test_the_readmes_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", (ROOT / "README.md").read_text()):
        assert target.startswith("https://") or (ROOT / target).exists(), target
