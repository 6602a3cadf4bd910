"""images/ci/build.sh: build, scan, push, in this order, and nothing twice. docker.sh beside this file stands in."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.images.clone import ENVIRONMENT, SERVER, Clone

TRIVY = "ghcr.io/aquasecurity/trivy:0.72.0"


@dataclass(frozen=True)
class Job:
    """A pipeline's job with the stand-in."""

    clone: Clone
    state: Path

    def build(self, *arguments: str, found: int = 0, **environment: str) -> subprocess.CompletedProcess[str]:
        path = f"{self.state / 'bin'}:{ENVIRONMENT['PATH']}"
        own = {"PATH": path, "STATE": str(self.state), "FOUND": str(found), "TRIVY_IMAGE": TRIVY}
        return self.clone.run("images/ci/build.sh", *arguments, **own | environment)

    @property
    def calls(self) -> list[str]:
        """What docker was asked for, first words."""
        path = self.state / "calls"
        return [line.split()[0] for line in path.read_text().splitlines()] if path.exists() else []

    def call(self, word: str) -> str:
        (line,) = [line for line in (self.state / "calls").read_text().splitlines() if line.startswith(f"{word} ")]
        return line


@pytest.fixture
def job(clone: Clone, tmp_path: Path) -> Job:
    state = tmp_path / "state"
    (state / "bin").mkdir(parents=True)
    (state / "bin/docker").symlink_to(Path(__file__).with_name("docker.sh"))
    return Job(clone, state)


def test_it_builds_scans_and_pushes(job: Job) -> None:
    result = job.build("server", SERVER, "--push")
    assert result.returncode == 0, result.stderr
    assert job.calls == ["manifest", "build", "save", "create", "cp", "start", "push", "rm"]
    tag = job.clone.run("images/ci/tag.sh", "server").stdout.strip()
    assert job.call("push") == f"push {SERVER}:{tag}"
    assert job.call("build").endswith(" images/server")
    assert f"org.opencontainers.image.revision={job.clone.git('rev-parse', 'HEAD')}" in job.call("build")
    assert job.clone.read("images/server/README.md") in (job.state / "scanned").read_text()


def test_the_scan_is_for_what_can_be_mended(job: Job) -> None:
    job.build("server", SERVER)
    assert job.call("create").startswith(f"create {TRIVY} image ")
    for option in ("--severity HIGH,CRITICAL", "--ignore-unfixed", "--exit-code 1"):
        assert option in job.call("create")


def test_the_scanner_gets_neither_the_daemon_nor_the_work_tree(job: Job) -> None:
    job.build("server", SERVER)
    for option in ("docker.sock", " -v ", "--volume", "--mount", "--env", "--privileged"):
        assert option not in job.call("create")


def test_a_vulnerable_image_is_not_pushed(job: Job) -> None:
    result = job.build("server", SERVER, "--push", found=1)
    assert result.returncode == 1
    assert "vulnerabilities" in result.stderr
    assert "push" not in job.calls
    assert job.calls[-1] == "rm", "the scanner is cleared away"


def test_a_request_for_review_is_scanned_and_not_pushed(job: Job) -> None:
    for arguments in (("server", SERVER, ""), ("server", SERVER)):
        assert job.build(*arguments).returncode == 0
    assert "push" not in job.calls
    assert "manifest" not in job.calls, "the registry is not asked without a login"
    assert job.calls.count("start") == 2


def test_what_the_registry_has_is_not_built_again(job: Job) -> None:
    assert job.build("server", SERVER, "--push").returncode == 0
    result = job.build("server", SERVER, "--push")
    assert result.returncode == 0
    assert "is in the registry already" in result.stdout
    assert job.calls.count("build") == 1
    job.clone.change("images/server/app.js", "1\n")
    assert job.build("server", SERVER, "--push").returncode == 0
    assert job.calls.count("build") == 2


def test_a_build_that_fails_ends_it(job: Job) -> None:
    job.clone.git("rm", "-r", "--quiet", "images/server")
    result = job.build("server", SERVER, "--push")
    assert result.returncode != 0
    assert job.calls == ["manifest", "build"]


@pytest.mark.parametrize("arguments", [(), ("server",), ("nothing", SERVER)])
def test_wrong_calls_build_nothing(job: Job, arguments: tuple[str, ...]) -> None:
    result = job.build(*arguments)
    assert result.returncode != 0
    assert result.stderr
    assert not job.calls


def test_no_scanner_no_image(job: Job) -> None:
    assert job.build("server", SERVER, "--push", TRIVY_IMAGE="").returncode != 0
    assert not job.calls
