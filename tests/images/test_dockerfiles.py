"""checkov over the Dockerfiles of the two images."""

import json
import os
from pathlib import Path

import pytest

from tests.support import ROOT, run

DOCKERFILES = sorted((ROOT / "gitops-template/images").glob("*/Dockerfile"))
CANNOT_INSTALL = 69


def test_there_are_some() -> None:
    assert DOCKERFILES


@pytest.mark.timeout(600)
@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.parent.name)
def test_checkov_finds_nothing(path: Path) -> None:
    command: list[str | Path] = [
        "--framework",
        "dockerfile",
        "--file",
        path,
        "--quiet",
        "--compact",
        "--output",
        "json",
    ]
    result = run(ROOT / "scripts/checkov.sh", *command, timeout=600)
    if result.returncode == CANNOT_INSTALL and not os.environ.get("HAGEN_REQUIRE_TESTBED"):
        pytest.skip(result.stderr)
    assert result.returncode in {0, 1}, result.stderr
    report = json.loads(result.stdout)
    failed = report.get("results", {}).get("failed_checks", [])
    assert [(check["check_id"], check["check_name"]) for check in failed] == []
    assert report.get("summary", report)["passed"] > 10
