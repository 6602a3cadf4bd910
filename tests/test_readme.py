"""Every command that the README shows, run as a new user would."""

import re
from pathlib import Path

import pytest

from tests.documents.page import anchors, links
from tests.documents.reader import checkout, run
from tests.support import ROOT

BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# `make test` runs this very test; the other targets of the Makefile have tests of their own below.
ELSEWHERE = {"make test\n"}


def blocks(name: str) -> list[str]:
    return [block for block in BLOCK.findall((ROOT / name).read_text()) if block not in ELSEWHERE]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A copy of what git tracks, ready to be used."""
    return checkout(tmp_path)


def test_the_readme_can_be_followed_from_top_to_bottom(place: Path) -> None:
    script = "\n".join(blocks("README.md"))
    assert "make render" in script
    # Set up already, so that only what follows is run.
    (place / "scripts/setup.sh").write_text("#!/bin/sh\n")
    result = run(script, place)
    assert result.returncode == 0, f"{result.stdout}\n{result.stderr}"
    assert (place / "build/production/clusters/production/inventory.yaml").is_file()
    changed = place / "build/demo/clusters/demo/load-balancers/k8s-lb-1/keepalived.conf"
    assert "advert_int 0.2" in changed.read_text()


def test_the_tree_on_the_first_screen_is_rendered() -> None:
    (tree,) = re.findall(
        r"^```text\nbuild/production .*?^```$", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL
    )
    there, top = [], ""
    for indent, name in re.findall(r"^([│ ]*)[├└]── (\S+)", tree, re.MULTILINE):
        top = top if indent else name
        there.append(f"{top}/{name}" if indent else name)
    assert len(there) > 10
    golden = ROOT / "tests/golden/reference"
    assert [name for name in there if not (golden / name).exists()] == []
    left_out = {path.name for path in golden.iterdir() if path.is_dir()} - {name.split("/")[0] for name in there}
    assert left_out == set()


def test_make_alone_lists_every_target(place: Path) -> None:
    targets = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    result = run("make", place)
    assert result.returncode == 0
    assert all(f"make {target} " in result.stdout for target in targets)


def test_ci_runs_the_readmes_test_command() -> None:
    script = (ROOT / ".ci/run").read_text()
    assert re.search(r"^make test$", script, re.MULTILINE)
    assert "HAGEN_REQUIRE_TESTBED=1" in script


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "CONTRIBUTING.md",
        *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")),
    ],
)
def test_links_lead_somewhere(name: str) -> None:
    """To a file, and to a heading where one is named."""
    page = ROOT / name
    for link in links(page.read_text()):
        target, _, heading = link.partition("#")
        if target.startswith("https://"):
            continue
        leads = page.parent / target if target else page
        assert leads.exists(), link
        if heading and leads.suffix == ".md":
            assert heading in anchors(leads.read_text()), link
