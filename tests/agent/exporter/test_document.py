"""docs/metrics.md is made from the table. `make update` writes it anew."""

import os

from hagen.agent.exporter.document import page, rows
from hagen.agent.exporter.metrics import TABLE
from tests.support import ROOT


def test_page_is_up_to_date() -> None:
    path = ROOT / "docs/metrics.md"
    if os.environ.get("HAGEN_UPDATE"):
        path.write_text(page())
    assert path.read_text() == page(), "run `make update`"


def test_rows_are_the_table() -> None:
    assert [row.name for row in rows()] == [f"hagen_{metric.name}" for metric in TABLE]


def test_no_cell_breaks_the_page() -> None:
    assert not [row.name for row in rows() if "|" in row.meaning + row.source or "\n" in row.meaning + row.source]
