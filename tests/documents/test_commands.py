"""Every command in the tutorial and the how-to pages, carried out as a reader would; in all pages, parsed."""

import re
import shlex
from pathlib import Path

import pytest
import yaml

from hagen.generator.rules.cron import fault as cron_fault
from tests.documents.elsewhere import named, parsed
from tests.documents.page import blocks, said
from tests.documents.reader import Followed, checkout, follow, run, standins
from tests.gitops.pod_security import violations
from tests.gitops.schemas import built_in_faults
from tests.support import ROOT
from tests.testbed.faults import MATRIX

FOLLOWED = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "docs/tutorial.md", ROOT / "docs/troubleshooting.md", *(ROOT / "docs/how-to").glob("*.md"))
)
FROM_THE_CHECKOUT = {"docs/tutorial.md"}
"""The other pages begin in a rendered repository that has been pushed."""
PAGES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")))
BEGUN = """
hagen init --yes --name demo --network 10.20.30.0/24 --repository https://git.example.com/platform/demo.git
hagen render
cd build/demo
git remote add origin https://git.example.com/platform/demo.git
git push --quiet --set-upstream origin main hagen/rendered
"""


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of the cluster demo, as the pages say that there is one; beside it its git server."""
    place = checkout(tmp_path_factory.mktemp("rendered"))
    result = run(BEGUN, place, origin=server(place))
    assert result.returncode == 0, result.stderr
    return place


def server(place: Path) -> Path:
    """An empty repository that can be pushed to."""
    origin = place / "origin.git"
    assert run(f"git init --quiet --bare {origin}", place).returncode == 0
    return origin


def followed(name: str, tmp_path: Path, rendered: Path) -> Followed:
    programs = standins(tmp_path / "bin")
    page = (ROOT / name).read_text()
    if name in FROM_THE_CHECKOUT:
        place = checkout(tmp_path / "checkout")
        (place / "scripts/setup.sh").write_text("#!/bin/sh\n")  # set up already
        assert run("git init --quiet && git add docs && git commit --quiet --message all", place).returncode == 0
        return follow(page, place, programs, server(place))
    place = tmp_path / "copy"
    assert run(f"cp -a {rendered} {place}", tmp_path).returncode == 0
    return follow(page, place / "build/demo", programs, place / "origin.git")


@pytest.mark.parametrize("name", FOLLOWED)
def test_a_page_can_be_followed_from_top_to_bottom(name: str, tmp_path: Path, rendered: Path) -> None:
    result = followed(name, tmp_path, rendered)
    assert result.code == 0, result.text
    assert result.differences == [], "\n".join(result.differences)


@pytest.mark.parametrize("name", FOLLOWED)
def test_commands_do_not_hide_in_blocks_that_nobody_carries_out(name: str) -> None:
    """Only sh and console hold commands."""
    programs = ("hagen ", "make ", "git ", "kubectl ", "lxc ", "$ ")
    for block in blocks((ROOT / name).read_text()):
        if block.language not in {"sh", "console"}:
            assert not [line for line in block.text.splitlines() if line.lstrip().startswith(programs)], block.text


@pytest.mark.parametrize("name", PAGES)
def test_every_command_that_is_spoken_of_exists(name: str) -> None:
    wrong = []
    for command in said((ROOT / name).read_text()):
        program, *words = shlex.split(command, comments=True)
        wrong += [f"`{command}`: {fault}" for fault in named(words, program)]
    assert wrong == []


@pytest.mark.parametrize(
    ("page", "complaint"),
    [
        ("```sh\nhagen bootstrap upp\n```\n", "no command upp"),
        ("```sh\nhagen bootstrap up --yess\n```\n", "--yess"),
        ("```sh\nhagen drill load-balancer\n```\n", "load-balancer"),
        ("```sh\nhagen bootstrap ssh k8s-lb-9\n```\n", "k8s-lb-9"),
        ("```sh\nhagen bootstrap plan -r elsewhere\n```\n", "elsewhere"),
        ("```sh\nhagen bootstrap\n```\n", "is a group"),
        ("```sh\nmake pland\n```\n", "pland"),
        ("```sh\nhagen node add workers\n```\n", "workers"),
        ("```sh\ngit push origin nothing\n```\n", "nothing"),
    ],
)
def test_a_wrong_command_is_found(page: str, complaint: str, tmp_path: Path, rendered: Path) -> None:
    result = follow(page, rendered / "build/demo", standins(tmp_path / "bin"), rendered / "origin.git")
    assert result.code != 0
    assert complaint in result.text


def test_another_output_than_the_page_shows_is_found(tmp_path: Path, rendered: Path) -> None:
    page = "```console\n$ hagen check\nhagen.yaml: no problems\n```\n"
    result = follow(page, rendered / "build/demo", standins(tmp_path / "bin"), rendered / "origin.git")
    assert result.code == 0
    assert len(result.differences) == 1


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        ("hagen drills lb", "no command drills"),
        ("hagen drill lb --force", "--force"),
        ("hagen-agent watch", "no command watch"),
        ("hagen bootstrap exec NODE -- nft --list", None),
    ],
)
def test_a_command_in_a_sentence_is_judged(command: str, fault: str | None) -> None:
    program, *words = command.split()
    found = "".join(named(words, program))
    assert fault in found if fault else not found


def test_the_application_passes_what_the_cluster_asks(rendered: Path) -> None:
    """Kubernetes' own schemas, Pod Security, and the project that Argo CD allows it."""
    page = (ROOT / "docs/how-to/add-an-application.md").read_text()
    texts = re.findall(r"^cat > apps/hello/(?!kustomization)\S+ << EOF\n(.*?)^EOF$", page, re.MULTILINE | re.DOTALL)
    objects = [yaml.safe_load(text) for text in texts]
    faults = [built_in_faults(each, "1.36") for each in objects if "gateway" not in each["apiVersion"]]
    assert len(objects) == 5
    assert [fault for fault in faults if fault != []] == []
    pods = [each["spec"]["template"]["spec"] for each in objects if each["kind"] == "Deployment"]
    assert [found for pod in pods for found in violations(pod, "restricted")] == []
    project = yaml.safe_load((rendered / "build/demo/clusters/demo/argocd/projects/apps.yaml").read_text())
    allowed = {(each["group"], each["kind"]) for each in project["spec"]["namespaceResourceWhitelist"]}
    assert {(each["apiVersion"].rpartition("/")[0], each["kind"]) for each in objects} <= allowed


def test_schedules_are_cron_s_and_run_what_there_is() -> None:
    text = (ROOT / "docs/how-to/schedule-drills.md").read_text()
    lines = [line for block in blocks(text) if block.language == "cron" for line in block.text.splitlines()]
    jobs = [line.split(maxsplit=5) for line in lines if "=" not in line.split()[0]]
    assert len(jobs) > 1
    for *fields, job in jobs:
        assert cron_fault(" ".join(fields)) is None
        command = shlex.split(job.split("&& ")[-1])
        assert Path(command[0]).name == "hagen"
        parsed(command[1:])


SECTION = re.compile(r'[Ss]ection "([^"]+)" of\s+the\s+runbook')


def test_sections_of_the_runbook_are_there() -> None:
    runbook = (ROOT / "tests/golden/reference/clusters/production/RUNBOOK.md").read_text()
    headings = set(re.findall(r"^#+ (.*)$", runbook, re.MULTILINE))
    pages = [(ROOT / name).read_text() for name in PAGES]
    sections = {" ".join(found.split()) for page in pages for found in SECTION.findall(page)}
    assert len(sections) > 3
    assert sections <= headings


def test_tests_and_faults_that_pages_name_are_there() -> None:
    """`-k NAME` chooses a test, `--fault NAME` a fault of the matrix."""
    tests = "".join(path.read_text() for path in (ROOT / "tests/testbed").glob("test_*.py"))
    pages = [(ROOT / name).read_text() for name in FOLLOWED]
    chosen = {found for page in pages for found in re.findall(r"-k (\w+)", page)}
    faults = {found for page in pages for found in re.findall(r"--fault ([\w-]+)", page)}
    assert chosen
    assert faults
    assert [name for name in chosen if f"def {name}(" not in tests] == []
    assert faults <= {fault.name for fault in MATRIX}
