"""Every valid fixture against its golden tree: what a change does to what users hold is seen in its diff.

`make update` writes the trees anew. What is elsewhere already is not repeated in them: hagen.yaml (the fixture itself), its
schema (docs), and the sources of the images and of the load test (the template; test_sources.py compares).
"""

import os
import shutil
from pathlib import Path

import pytest

from hagen.generator.sources import sources
from hagen.generator.template import OWN
from tests.support import ROOT, VALID, name_of, rendered, write

LEFT_OUT = {"hagen.yaml", "hagen.schema.json", *sources(OWN)}


@pytest.mark.parametrize("fixture", VALID, ids=name_of)
def test_rendered_tree_is_the_golden_one(fixture: Path) -> None:
    golden = ROOT / "tests/golden" / fixture.stem
    files = {path: file for path, file in rendered(fixture).items() if path not in LEFT_OUT}
    if os.environ.get("HAGEN_UPDATE"):
        shutil.rmtree(golden, ignore_errors=True)
        write(files, golden)
    found = {path.relative_to(golden).as_posix(): path.read_bytes() for path in golden.rglob("*") if path.is_file()}
    assert sorted(found) == sorted(files), "run `make update` and look at the difference"
    for path, file in files.items():
        assert file.content.decode() == found[path].decode(), f"{path}: run `make update` and look at the difference"


def test_no_golden_tree_without_a_fixture() -> None:
    assert {path.name for path in (ROOT / "tests/golden").iterdir()} == {path.stem for path in VALID}


@pytest.mark.parametrize("fixture", VALID, ids=name_of)
def test_a_render_is_a_function(fixture: Path) -> None:
    first = rendered(fixture)
    rendered.cache_clear()
    assert rendered(fixture) == first
