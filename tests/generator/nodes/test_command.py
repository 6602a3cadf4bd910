"""`hagen node` as a user calls it: a process, its output, its exit code, and the file."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT, checked

HAGEN = [sys.executable, "-m", "hagen.generator", "node"]
EXAMPLE = ROOT / "examples/hagen.yaml"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "hagen.yaml"
    path.write_bytes(EXAMPLE.read_bytes())
    return path


def node(config: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [*HAGEN, *arguments, "-c", str(config)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_add_says_what_it_chose_and_what_comes_next(config: Path) -> None:
    result = node(config, "add", "worker")
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines() == [
        "+  - {name: k8s-worker-4, role: worker, address: 10.196.35.27}",
        "k8s-worker-4: worker, 10.196.35.27",
        "Next: `hagen render`, then in the repository `hagen bootstrap plan` and `hagen bootstrap up`.",
    ]
    assert len(checked(config.read_bytes()).sound.nodes) == 9


def test_remove(config: Path) -> None:
    assert node(config, "add", "worker").returncode == 0
    result = node(config, "remove", "k8s-worker-4")
    assert (result.returncode, config.read_bytes()) == (0, EXAMPLE.read_bytes())
    assert "drains and deletes" in result.stdout


def test_replace_elsewhere_is_a_host_and_here_is_bootstraps(config: Path) -> None:
    here = node(config, "replace", "k8s-master-1")
    assert here.stdout.splitlines()[-1].endswith("hagen bootstrap up --replace k8s-master-1")
    assert config.read_bytes() == EXAMPLE.read_bytes()
    there = node(config, "replace", "k8s-master-1", "--host", "alpha")
    assert there.returncode == 0
    assert "k8s-master-1: from any host to alpha" in there.stdout
    assert "HG806" in there.stderr, "warnings are shown"
    again = node(config, "replace", "k8s-master-1", "--host", "alpha")
    assert "stays as it is" in again.stdout


def test_list(config: Path) -> None:
    lines = node(config, "list").stdout.splitlines()
    assert lines[0].split() == ["k8s-lb-1", "load-balancer", "10.196.35.11"]
    rows = json.loads(node(config, "list", "--json").stdout)
    assert rows[7] == {"name": "k8s-worker-3", "role": "worker", "address": "10.196.35.26", "host": ""}


def test_a_result_with_errors_is_shown_whole_and_not_written(config: Path) -> None:
    result = node(config, "add", "control-plane", "--name", "Bad_Name", "--address", "10.196.35.30")
    assert result.returncode == 1
    assert {code for code in ("HG202", "HG308") if code in result.stderr} == {"HG202", "HG308"}
    assert "Bad_Name" in result.stderr
    assert "nothing was written" in result.stderr
    assert config.read_bytes() == EXAMPLE.read_bytes()


def test_strict_minds_warnings(config: Path) -> None:
    result = node(config, "replace", "k8s-worker-1", "--host", "alpha", "--strict")
    assert result.returncode == 3
    assert config.read_bytes() == EXAMPLE.read_bytes()


def test_a_dry_run_writes_nothing(config: Path) -> None:
    result = node(config, "remove", "k8s-lb-2", "--dry-run")
    assert result.returncode == 0
    assert "-  - {name: k8s-lb-2" in result.stdout
    assert config.read_bytes() == EXAMPLE.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["remove", "k8s-worker-9", "k8s-mastre-1", "k8s-lb-1"], "k8s-worker-9, k8s-mastre-1"),
        (["replace", "nobody"], "there are: k8s-lb-1"),
        (["add", "wroker"], "wroker"),
        (["add", "worker", "--count", "2", "--name", "a"], "--name and --address are for one machine"),
        (["remove"], "NAME"),
    ],
)
def test_wrong_usage_ends_with_2(config: Path, arguments: list[str], text: str) -> None:
    result = node(config, *arguments)
    assert (result.returncode, text in result.stderr) == (2, True), result.stderr
    assert config.read_bytes() == EXAMPLE.read_bytes()


def test_an_unsound_file_is_told_every_problem(config: Path) -> None:
    config.write_text("apiVersion: hagen.dev/v1alpha1\nkind: Cluster\nnodez: 1\nnetwork: {mtu: none}\n")
    result = node(config, "add", "worker")
    assert (result.returncode, result.stderr.count("error HG")) == (1, 2)
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("arguments", [["list"], ["add", "worker"]])
def test_no_file(tmp_path: Path, arguments: list[str]) -> None:
    result = node(tmp_path / "missing.yaml", *arguments)
    assert (result.returncode, "does not exist" in result.stderr) == (1, True)


def test_what_rules_refuse_is_mended_by_machines(config: Path) -> None:
    """Too few workers for the database: the remedy is `hagen node add`, which must not be refused for it."""
    text = config.read_text()
    lines = [line for line in text.splitlines(keepends=True) if "name: k8s-worker-" not in line]
    config.write_text("".join(lines))
    listed = node(config, "list")
    assert (listed.returncode, len(listed.stdout.splitlines())) == (0, 5)
    few = node(config, "add", "worker")
    assert (few.returncode, "HG206" in few.stderr, "k8s-worker" in config.read_text()) == (1, True, False)
    assert node(config, "add", "worker", "--count", "3").returncode == 0
    assert len(checked(config.read_bytes()).sound.nodes) == 8


def test_rights_and_links_stay(config: Path) -> None:
    config.chmod(0o640)
    link = config.with_name("link.yaml")
    link.symlink_to(config)
    assert node(link, "add", "worker").returncode == 0
    assert link.is_symlink()
    assert config.stat().st_mode & 0o777 == 0o640
    assert b"k8s-worker-4" in config.read_bytes()
    assert sorted(path.name for path in config.parent.iterdir()) == ["hagen.yaml", "link.yaml"]


def test_a_folder_that_may_not_be_written_to(config: Path) -> None:
    """As a user who is not root: root may write anywhere."""
    if os.geteuid() == 0:
        command = ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override"]
        config.parent.chmod(0o500)
        result = subprocess.run(
            [*command, *HAGEN, "add", "worker", "-c", str(config)], capture_output=True, text=True, check=False
        )
    else:
        config.parent.chmod(0o500)
        result = node(config, "add", "worker")
    config.parent.chmod(0o700)
    assert (result.returncode, "cannot be written" in result.stderr) == (1, True), result.stderr
    assert config.read_bytes() == EXAMPLE.read_bytes()
