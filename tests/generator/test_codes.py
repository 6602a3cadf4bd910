"""The list of codes: stable, complete, and every one of them in use."""

import re
from pathlib import Path

import pytest

import hagen.generator.codes
from hagen.generator.codes import CODES

PACKAGE = Path(hagen.generator.codes.__file__).parent
SOURCES = [
    path
    for path in PACKAGE.rglob("*.py")
    if path.name != "codes.py" and path.relative_to(PACKAGE).parts[0] != "template"
]


@pytest.mark.parametrize("code", CODES)
def test_code_is_complete(code: str) -> None:
    entry = CODES[code]
    assert re.fullmatch(r"HG[1-8]\d\d", code)
    assert entry.severity in {"error", "warning"}
    assert entry.title
    assert entry.why.endswith(".")
    assert "|" not in entry.title + entry.why


def test_codes_stand_in_order() -> None:
    assert list(CODES) == sorted(CODES)


def test_code_is_used_and_known() -> None:
    used = {code for path in SOURCES for code in re.findall(r'"(HG\d{3})"', path.read_text(encoding="utf-8"))}
    assert used == set(CODES)
