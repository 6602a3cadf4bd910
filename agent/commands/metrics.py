"""`hagen agent metrics`: what there is to scrape, from the table that the exporter itself is made of."""

import importlib
import json
from collections.abc import Sequence
from itertools import groupby
from typing import Protocol

import click


class Row(Protocol):
    """One metric, as the exporter's table has it; `name` as it is scraped."""

    @property
    def subject(self) -> str:
        """What it is about: "Virtual IP". Rows of one subject stand together."""

    @property
    def name(self) -> str:
        """With prefix, unit and suffix."""

    @property
    def kind(self) -> str:
        """gauge, counter, histogram, info, state set."""

    @property
    def labels(self) -> Sequence[str]:
        """Names."""

    @property
    def meaning(self) -> str:
        """What it says."""

    @property
    def source(self) -> str:
        """Who would know if it were wrong."""


_TABLE = "hagen.agent.exporter.document"
"""The module whose rows() is the table."""


@click.command("metrics")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@click.pass_obj
def command(table: Sequence[Row] | None, as_json: bool) -> None:  # click passes flags by name
    """List every metric: name, labels, type, what it says, and how the agent knows."""
    rows: Sequence[Row] = table or importlib.import_module(_TABLE).rows()
    if as_json:
        keys = ("subject", "name", "kind", "meaning", "source")
        document = [{key: str(getattr(row, key)) for key in keys} | {"labels": list(row.labels)} for row in rows]
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
        return
    for subject, metrics in groupby(rows, key=lambda row: row.subject):
        click.echo(click.style(f"# {subject}", dim=True))
        for metric in metrics:
            labels = f"{{{','.join(metric.labels)}}}" if metric.labels else ""
            click.echo(f"{click.style(metric.name, bold=True)}{labels}  {metric.kind}")
            click.echo(f"    {metric.meaning} Source: {metric.source}.")
