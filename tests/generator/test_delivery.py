"""How the images come to the cluster: forges, registries, and the pipelines, held against what reads them."""

import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from hagen.generator.model.metadata import forge
from hagen.generator.render import render
from hagen.generator.template import OWN
from hagen.generator.topology.delivery import registry
from tests.support import MINIMAL, ROOT, VALID, planned, rendered, run

GITHUB = ".github/workflows/images.yaml"
GITLAB = ".gitlab-ci.yml"
CANNOT_INSTALL = 69


def files_of(text: str) -> dict[str, str]:
    content = MINIMAL + text.encode()
    return {path: f.content.decode() for path, f in render(planned(content), content, OWN, primary=True).items()}


def pipelines(path: str) -> dict[str, str]:
    """The pipelines of every valid fixture that has one, by the fixture's name."""
    found = {fixture.stem: rendered(fixture).get(path) for fixture in VALID}
    return {name: file.content.decode() for name, file in found.items() if file is not None}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://github.com/team/x.git", "github"),
        ("git@github.com:team/x.git", "github"),
        ("ssh://git@GitHub.example.com:2222/team/x.git", "github"),
        ("https://gitlab.com/team/x.git", "gitlab"),
        ("https://gitlab.example.com:8443/team/x.git", "gitlab"),
        ("https://git.example.com/github.com/x.git", "none"),
        ("https://mygithub.com/team/x.git", "none"),
        ("gitlab@git.example.com:team/x.git", "none"),
        ("", "none"),
    ],
)
def test_the_url_gives_the_forge_away(url: str, expected: str) -> None:
    assert forge(url) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("registry.example.com/team/app", "registry.example.com"),
        ("registry:5000/app", "registry:5000"),
        ("localhost/app", "localhost"),
        ("ghcr.io/team/app", "ghcr.io"),
        ("team/app", "docker.io"),
        ("app", "docker.io"),
    ],
)
def test_the_registry_of_an_image(name: str, expected: str) -> None:
    assert registry(name) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", set()),
        ("repository: {url: 'https://github.com/team/x.git'}\n", {GITHUB}),
        ("repository: {url: 'https://gitlab.com/team/x.git'}\n", {GITLAB}),
        ("repository: {url: 'https://git.example.com/x.git', forge: github}\n", {GITHUB}),
        ("repository: {url: 'https://github.com/team/x.git', forge: none}\n", set()),
        ("repository: {url: 'https://github.com/team/x.git'}\napps: {sources: false}\n", set()),
    ],
)
def test_each_forge_gets_its_own_pipeline(text: str, expected: set[str]) -> None:
    assert files_of(text).keys() & {GITHUB, GITLAB} == expected


def test_fixtures_have_pipelines_of_both_kinds() -> None:
    assert len(pipelines(GITHUB)) >= 2
    assert pipelines(GITLAB)


@pytest.mark.parametrize(("path", "schema"), [(GITHUB, "vendor.github-workflows"), (GITLAB, "vendor.gitlab-ci")])
def test_the_forges_schemas_accept_them(path: str, schema: str, tmp_path: Path) -> None:
    command = [Path(sys.executable).with_name("check-jsonschema"), "--builtin-schema", schema]
    for name, text in pipelines(path).items():
        (tmp_path / f"{name}.yml").write_text(text)
    files = sorted(tmp_path.glob("*.yml"))
    result = run(*command, *files)
    assert result.returncode == 0, result.stdout + result.stderr
    files[0].write_text(files[0].read_text().replace("timeout", "timeuot"))
    assert run(*command, files[0]).returncode == 1


def test_actionlint_accepts_them(tmp_path: Path) -> None:
    for name, text in pipelines(GITHUB).items():
        (tmp_path / f"{name}.yaml").write_text(text)
    files = sorted(tmp_path.glob("*.yaml"))
    result = run(ROOT / "scripts/actionlint.sh", *files, timeout=100)
    if result.returncode == CANNOT_INSTALL and not os.environ.get("HAGEN_REQUIRE_TESTBED"):
        pytest.skip(result.stderr)
    assert result.returncode == 0, result.stdout + result.stderr
    files[0].write_text(files[0].read_text().replace("needs: build", "needs: biuld"))
    assert run(ROOT / "scripts/actionlint.sh", files[0]).returncode == 1


def steps(workflow: str) -> list[dict[str, Any]]:
    jobs: dict[str, Any] = yaml.safe_load(workflow)["jobs"]
    return [step for job in jobs.values() for step in job["steps"]]


def test_actions_are_pinned_by_commit_and_say_their_version() -> None:
    for text in pipelines(GITHUB).values():
        used = re.findall(r"uses: (.*)", text)
        assert len(used) == len([step for step in steps(text) if "uses" in step])
        for line in used:
            assert re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)


def test_images_of_the_pipelines_are_pinned_by_full_version() -> None:
    for path in (GITHUB, GITLAB):
        for text in pipelines(path).values():
            found = re.findall(r"(?:TRIVY_IMAGE|image|name): (\S+/\S+:\S+)", text)
            assert found
            assert all(re.fullmatch(r"[a-z0-9.-]+/[a-z0-9./-]+:\d+\.\d+\.\d+(-[a-z]+)?", name) for name in found)


def test_nothing_of_an_event_reaches_a_shell() -> None:
    for text in pipelines(GITHUB).values():
        assert not [step["run"] for step in steps(text) if "${{" in step.get("run", "")]


def test_github_jobs_have_least_rights() -> None:
    for name, text in pipelines(GITHUB).items():
        workflow = yaml.safe_load(text)
        assert workflow["permissions"] == {}
        own = {"packages": "write"} if "docker login ghcr.io" in text else {}
        assert workflow["jobs"]["build"]["permissions"] == {"contents": "read", **own}, name
        assert workflow["jobs"]["deliver"]["permissions"] == {"contents": "write"}
        (checkout,) = [step for step in workflow["jobs"]["build"]["steps"] if "uses" in step]
        assert checkout["with"]["persist-credentials"] is False


def test_only_the_branch_of_argocd_is_pushed_to() -> None:
    text = pipelines(GITHUB)["applications"]  # revision: release+1
    workflow = yaml.safe_load(text)
    assert workflow[True]["push"]["branches"] == ["release\\+1"], "+ has a meaning in a filter"
    on_branch = "github.ref == 'refs/heads/release+1'"
    assert workflow["jobs"]["deliver"]["if"] == on_branch
    logins = [step for step in steps(text) if "docker login" in step.get("run", "")]
    assert [step["if"] for step in logins] == [on_branch] * 2, "two registries"
    assert [step["env"]["PUSH"] for step in steps(text) if "PUSH" in step.get("env", {})] == [
        f"${{{{ {on_branch} && '--push' || '' }}}}"
    ]
    pipeline = yaml.safe_load(pipelines(GITLAB)["other-networks"])
    assert {"if": '$CI_COMMIT_BRANCH == "stable"'} in pipeline["workflow"]["rules"]
    requests, *pushes = pipeline["build"]["rules"]
    assert "variables" not in requests
    assert all(rule["variables"] == {"PUSH": "--push"} for rule in pushes)
    assert not [rule for rule in pipeline["deliver"]["rules"] if "merge_request" in rule["if"]]


def test_runs_do_not_overtake_one_another() -> None:
    for text in pipelines(GITHUB).values():
        assert yaml.safe_load(text)["concurrency"] == {
            "group": "images-${{ github.ref }}",
            "cancel-in-progress": False,
        }
    for text in pipelines(GITLAB).values():
        assert yaml.safe_load(text)["deliver"]["resource_group"] == "images"


def test_every_script_that_a_pipeline_calls_is_there() -> None:
    for path in (GITHUB, GITLAB):
        for text in pipelines(path).values():
            called = set(re.findall(r"images/ci/[a-z-]+\.sh", text))
            assert called == {"images/ci/build.sh", "images/ci/deliver.sh"}
            assert all(os.access(OWN / script, os.X_OK) for script in called)


def test_the_images_are_those_of_the_cluster() -> None:
    text = pipelines(GITLAB)["other-networks"]
    built = yaml.safe_load(text)["build"]["parallel"]["matrix"]
    assert built == [
        {"NAME": "client", "IMAGE": "registry.example.com/hagen/client"},
        {"NAME": "server", "IMAGE": "registry.example.com:5050/elsewhere/server"},
    ]
    for image in built:
        assert f'"{image["NAME"]}={image["IMAGE"]}"' in text
    assert "docker login registry.example.com:5050 " in text
    assert " elsewhere -- " in yaml.safe_load(text)["deliver"]["script"][-1]
