"""renovate.json of a rendered repository finds every version that is pinned by a URL."""

import json
import re
from pathlib import Path

import pytest

from hagen.generator.topology import plan
from hagen.generator.vendor.uses import uses
from tests.generator.vendor.cluster import _report, render
from tests.support import MINIMAL, VALID, name_of, planned


@pytest.fixture
def managers(out: Path) -> list[dict[str, str]]:
    document = json.loads(render(out).files["renovate.json"].content)
    assert document["ignorePaths"] == ["**/upstream/**"]
    return list(document["customManagers"])


def _python(pattern: str) -> str:
    """JavaScript's named groups, as Python writes them."""
    return pattern.replace("(?<", "(?P<")


@pytest.mark.parametrize("fixture", VALID, ids=name_of)
def test_every_url_is_found_once_with_its_version(managers: list[dict[str, str]], fixture: Path) -> None:
    for use in uses(planned(fixture.read_bytes())):
        upstream = use.upstream
        found = [(manager, re.search(_python(manager["matchStrings"][0]), upstream.url)) for manager in managers]
        ((manager, match),) = [(manager, match) for manager, match in found if match]
        assert upstream.url.startswith(("https://github.com/", "https://raw.githubusercontent.com/"))
        assert match["depName"] in upstream.url
        assert match["currentValue"].endswith(upstream.version)
        versions = manager["versioningTemplate"].removeprefix("regex:")
        assert re.search(_python(versions), match["currentValue"])


def test_the_files_that_it_reads_are_there(out: Path) -> None:
    result = render(out)
    document = json.loads(result.files["renovate.json"].content)
    (pattern,) = document["kubernetes"]["managerFilePatterns"]
    folders = {use.folder for use in uses(plan(_report(MINIMAL).sound))}
    assert all(re.search(pattern.strip("/"), f"{folder}/kustomization.yaml") for folder in folders)
    assert {f"{folder}/kustomization.yaml" for folder in folders} <= result.files.keys()
