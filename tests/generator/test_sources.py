"""The plain files of the template: all of them, as they are, and nothing that tools left beside them."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hagen.generator.errors import HagenError
from hagen.generator.render import render
from hagen.generator.sources import FOLDERS, sources
from hagen.generator.template import OWN
from tests.support import MINIMAL, ROOT, VALID, name_of, planned, rendered


@pytest.fixture
def template(tmp_path: Path) -> Path:
    source = tmp_path / "images/client/src"
    source.mkdir(parents=True)
    (source / "app.js").write_bytes(b"#{ no.template }# \r\n\xff")
    return tmp_path


def test_every_file_is_there_and_nothing_else() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *FOLDERS],
        cwd=OWN,
        capture_output=True,
        text=True,
        check=True,
    )
    assert sorted(sources(OWN)) == sorted(filter(None, listed.stdout.split("\0")))


@pytest.mark.parametrize("fixture", VALID, ids=name_of)
def test_every_cluster_gets_them_byte_for_byte_or_not_at_all(fixture: Path) -> None:
    found = {path: file for path, file in rendered(fixture).items() if path.startswith(("images/", "load-tests/"))}
    wanted = planned(fixture.read_bytes()).delivery.sources
    assert found == (sources(OWN) if wanted else {})
    for path, file in found.items():
        assert file.content == (OWN / path).read_bytes()
        assert file.executable == bool((OWN / path).stat().st_mode & 0o100)


def test_what_they_need_comes_and_goes_with_them() -> None:
    content = MINIMAL + b"repository: {url: 'https://github.com/team/x.git'}\n"
    without = render(planned(content + b"apps: {sources: false}\n"), content, OWN, primary=True)
    files = render(planned(content), content, OWN, primary=True)
    added = {path for path in files.keys() - without.keys() if not path.startswith(("images/", "load-tests/"))}
    assert added == {".github/workflows/images.yaml", "clusters/production/load-test.conf"}
    assert b"load-test" in files["Makefile"].content
    for path, file in without.items():
        if path not in {"hagen.yaml", "hagen.schema.json"}:
            assert b"images/README" not in file.content, path
            assert b"load-test" not in file.content, path


def test_paths_do_not_look_like_components() -> None:
    # Folders of these names say which cluster a file belongs to (publish/compose.py).
    assert not [path for path in sources(OWN) if {"base", "overlays", "upstream"} & set(path.split("/"))]


def test_bytes_are_not_touched(template: Path) -> None:
    assert sources(template)["images/client/src/app.js"].content == b"#{ no.template }# \r\n\xff"


def test_executables_stay_executable(template: Path) -> None:
    (template / "images/build.sh").write_text("#!/bin/sh\n")
    (template / "images/build.sh").chmod(0o755)
    found = sources(template)
    assert {path: file.executable for path, file in found.items()} == {
        "images/build.sh": True,
        "images/client/src/app.js": False,
    }


@pytest.mark.parametrize(
    "made", ["node_modules/x/index.js", "dist/index.html", "coverage/a.json", "__pycache__/a.pyc", "npm-debug.log"]
)
def test_what_tools_leave_behind_is_left_out(template: Path, made: str) -> None:
    path = template / "images/client" / made
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("made")
    assert list(sources(template)) == ["images/client/src/app.js"]


def test_links_are_left_out(template: Path) -> None:
    (template / "images/here").symlink_to(template / "images/client")
    (template / "images/file.js").symlink_to("/etc/hostname")
    assert list(sources(template)) == ["images/client/src/app.js"]


def test_a_fork_may_have_none(tmp_path: Path) -> None:
    fork = tmp_path / "fork"
    shutil.copytree(OWN, fork, ignore=shutil.ignore_patterns(*FOLDERS))
    assert sources(fork) == {}
    assert "images/README.md" not in render(planned(MINIMAL), MINIMAL, fork, primary=True)


@contextmanager
def without_rights() -> Iterator[None]:
    """As a user who may read nothing of the test's own; root may read everything."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


def test_what_cannot_be_read_is_an_error_with_a_remedy(template: Path) -> None:
    (template / "images").chmod(0)
    with without_rights(), pytest.raises(HagenError) as caught:
        sources(template)
    (template / "images").chmod(0o755)
    assert caught.value.remedy
    assert str(template) in caught.value.message


def test_this_repository_builds_nothing_into_the_sources() -> None:
    manifest = (ROOT / "MANIFEST.in").read_text()
    for image in ("client", "server"):
        for made in ("node_modules", "dist"):
            assert f"prune gitops-template/images/{image}/{made}\n" in manifest
