"""Documents that are made from the code, and are therefore never older than it. `make update` writes them anew."""

import os

import pytest

from hagen.generator.codes import CODES
from hagen.generator.model import API_VERSION, Cluster
from hagen.generator.sample import sample
from hagen.generator.schema import build_schema_text
from tests.support import ROOT


def problems_page() -> str:
    """docs/problems.md: every code that `hagen check` knows."""
    lines = [
        "# Problems that `hagen check` finds",
        "",
        "Made from `generator/codes.py` by `make update`. An error forbids a render; a warning does not, unless",
        "`--strict` is given. Codes are never reused.",
        "",
        "| Code | Severity | What | Why it matters |",
        "|---|---|---|---|",
    ]
    lines += [f"| {code} | {entry.severity} | {entry.title} | {entry.why} |" for code, entry in CODES.items()]
    return "\n".join(lines) + "\n"


PAGES = {
    "docs/problems.md": problems_page,
    "examples/hagen.yaml": lambda: sample(Cluster(apiVersion=API_VERSION, kind="Cluster")),
    "examples/hagen.schema.json": build_schema_text,
    "generator/hagen.schema.json": build_schema_text,
}


@pytest.mark.parametrize("name", PAGES)
def test_page_is_up_to_date(name: str) -> None:
    path = ROOT / name
    text = PAGES[name]()
    if os.environ.get("HAGEN_UPDATE"):
        path.write_text(text)
    assert path.read_text() == text, "run `make update`"
