"""Template trees: hagen's own, and a user's fork of it."""

import json
import shutil
from pathlib import Path

import pytest

from hagen.generator.errors import HagenError
from hagen.generator.render import render
from hagen.generator.sources import FOLDERS
from hagen.generator.template import OWN, templates
from hagen.generator.topology.catalogue import CATALOGUE
from tests.support import MINIMAL, planned


@pytest.fixture
def fork(tmp_path: Path) -> Path:
    return Path(shutil.copytree(OWN, tmp_path / "fork"))


def test_own_template_has_these_kinds() -> None:
    kinds = [template.each for template in templates(OWN) if not template.each.startswith("components/")]
    assert kinds == ["repository", "load-balancer", "application", "argocd", "project"]


def test_own_template_has_a_folder_for_each_component() -> None:
    folders = {template.each.removeprefix("components/") for template in templates(OWN) if "/" in template.each}
    named = {entry.name or entry.path.rpartition("/")[2] for entry in CATALOGUE}
    assert folders == named


def test_own_template_holds_no_python() -> None:
    # pip would compile it, and cookiecutter would render the byte code into the user's repository. Plain sources may
    # have some (test_sources.py).
    found = [path for path in OWN.rglob("*") if path.suffix in {".py", ".pyc"}]
    assert not [path for path in found if path.relative_to(OWN).parts[0] not in FOLDERS]


def test_a_fork_changes_what_is_rendered(fork: Path) -> None:
    (fork / "repository/#{cookiecutter.directory}#/NOTES.md").write_text("Notes on #{ cookiecutter.name }#\n")
    files = render(planned(MINIMAL), MINIMAL, fork, primary=True)
    assert files["NOTES.md"].content == b"Notes on production\n"


def test_an_executable_stays_one(fork: Path) -> None:
    script = fork / "repository/#{cookiecutter.directory}#/tool.sh"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o755)
    files = render(planned(MINIMAL), MINIMAL, fork, primary=True)
    assert files["tool.sh"].executable
    assert not files["README.md"].executable


def test_a_single_template_is_the_repository(fork: Path) -> None:
    files = render(planned(MINIMAL), MINIMAL, fork / "repository", primary=True)
    assert "README.md" in files
    assert not [path for path in files if "load-balancers" in path]


def test_helm_and_shell_braces_pass_through(fork: Path) -> None:
    text = "{{ .Values.x }} {% raw %} ${VARIABLE} $(( 1 + 1 )) {#}\n"
    (fork / "repository/#{cookiecutter.directory}#/braces.txt").write_text(text)
    files = render(planned(MINIMAL), MINIMAL, fork, primary=True)
    assert files["braces.txt"].content.decode() == text


def break_name(fork: Path) -> None:
    (fork / "repository/#{cookiecutter.directory}#/x").write_text("#{ cookiecutter.no_such_name }#")


def break_syntax(fork: Path) -> None:
    (fork / "repository/#{cookiecutter.directory}#/x").write_text("#% if %#")


def break_listing(fork: Path) -> None:
    (fork / "cookiecutter.json").write_text("{")


def break_shape(fork: Path) -> None:
    (fork / "cookiecutter.json").write_text('{"templates": ["repository"]}')


def break_kind(fork: Path) -> None:
    listing = json.loads((fork / "cookiecutter.json").read_text())
    listing["templates"]["worker"] = {"path": "./repository"}
    (fork / "cookiecutter.json").write_text(json.dumps(listing))


def remove_directory(fork: Path) -> None:
    shutil.rmtree(fork / "load-balancer")


def remove_project(fork: Path) -> None:
    shutil.rmtree(fork / "repository/#{cookiecutter.directory}#")


@pytest.mark.parametrize(
    "spoil",
    [break_name, break_syntax, break_listing, break_shape, break_kind, remove_directory, remove_project, shutil.rmtree],
)
def test_a_broken_fork_is_an_error_with_a_remedy(fork: Path, spoil: object) -> None:
    assert callable(spoil)
    spoil(fork)
    with pytest.raises(HagenError) as caught:
        render(planned(MINIMAL), MINIMAL, fork, primary=True)
    assert caught.value.remedy
    assert str(fork) in caught.value.message or "worker" in caught.value.message


def test_a_second_cluster_keeps_its_own_files_in_its_folder() -> None:
    files = render(planned(MINIMAL), MINIMAL, OWN, primary=False)
    assert "clusters/production/hagen.yaml" in files
    assert "clusters/production/README.md" in files
    assert "hagen.yaml" not in files
