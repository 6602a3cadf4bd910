"""A drill's report as lines: one for each thing, whatever words are in it."""

import io
from dataclasses import replace
from pathlib import Path

from hagen.bootstrap.drills.report import load
from hagen.bootstrap.reporting.drilled import as_lines
from tests.bootstrap.drills.test_schema import FIXTURES


def test_each_thing_is_one_line() -> None:
    report = load(next(path for path in FIXTURES if path.stem == "failed"))
    stream = io.StringIO()
    as_lines(replace(report, reasons=("one\nand\ttwo",), not_measured=("a\r\nb",)), Path("page.html"), stream)
    *promises, because, missing, last = stream.getvalue().splitlines()
    assert [line.count("\t") for line in promises] == [4] * len(report.objectives)
    assert (because, missing) == ("because\tone and two", "not measured\ta b")
    assert last == "failed\tworker\tpage.html"
