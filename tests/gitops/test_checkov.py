"""checkov over every object that is ours."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.gitops.build import Object
from tests.gitops.exceptions import problems, stale
from tests.gitops.objects import repository_of
from tests.gitops.verdict import Verdict
from tests.support import ROOT, VALID, run

CANNOT_INSTALL = 69
# What checkov knows nothing of takes it time alone.
UNKNOWN = {"AppProject", "Application", "CustomResourceDefinition"}


def checkov(objects: Mapping[str, Object], directory: Path) -> tuple[list[Verdict], int]:
    """The verdicts on objects by their names, and how many checks passed; both are of the tool, none is ours."""
    names = {}
    for number, (name, item) in enumerate(objects.items()):
        path = directory / f"{number:04}.yaml"
        path.write_text(yaml.safe_dump(item))
        names[f"/{path.name}"] = name
    command = ["--directory", directory, "--framework", "kubernetes", "--quiet", "--compact", "--output", "json"]
    result = run(ROOT / "scripts/checkov.sh", *command, timeout=600)
    if result.returncode == CANNOT_INSTALL and not os.environ.get("HAGEN_REQUIRE_TESTBED"):
        pytest.skip(result.stderr)
    assert result.returncode in {0, 1}, result.stderr
    report: dict[str, Any] = json.loads(result.stdout)
    failed = report.get("results", {}).get("failed_checks", [])
    verdicts = [
        Verdict(names["/" + Path(entry["file_path"]).name], entry["check_id"], entry["check_name"]) for entry in failed
    ]
    summary = report.get("summary", report)
    assert not summary["parsing_errors"]
    return verdicts, int(summary["passed"])


def ours() -> dict[str, Object]:
    """Distinct objects of ours of all fixtures."""
    found: dict[str, Object] = {}
    for fixture in VALID:
        for item in repository_of(fixture).items:
            if item.ours and item.kind not in UNKNOWN:
                found.setdefault(str(item), item.object)
    return found


@pytest.mark.timeout(900)
def test_finds_nothing_that_is_not_excepted(tmp_path: Path) -> None:
    objects = ours()
    assert objects
    verdicts, passed = checkov(objects, tmp_path)
    assert passed > 100
    found = problems("checkov", verdicts)
    assert not found, "\n" + "\n".join(found)
    assert not stale({"checkov": verdicts})


@pytest.mark.timeout(900)
def test_finds_what_is_wrong(tmp_path: Path) -> None:
    pod = {"containers": [{"name": "web", "image": "web", "securityContext": {"privileged": True}}]}
    item = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "apps"}, "spec": pod}
    verdicts, _ = checkov({"Pod apps/web": item}, tmp_path)
    assert {"CKV_K8S_14", "CKV_K8S_16"} <= {verdict.about for verdict in verdicts}
    assert {verdict.subject for verdict in verdicts} == {"Pod apps/web"}
