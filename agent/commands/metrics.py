"""`hagen agent metrics`: what there is to scrape, from the table that the exporter itself is made of."""

import importlib
import json
from collections.abc import Sequence
from typing import Protocol

import click


class Described(Protocol):
    """One metric of the exporter's table, in prometheus-client's words; `name` as it is scraped."""

    @property
    def name(self) -> str:
        """hagen_..., with the suffix of its type and unit."""

    @property
    def type(self) -> str:
        """OpenMetrics: gauge, counter, stateset, info, histogram."""

    @property
    def labels(self) -> Sequence[str]:
        """Names."""

    @property
    def documentation(self) -> str:
        """What it says, in one line."""


_TABLE = "hagen.agent.exporter"
"""The package whose METRICS is the table."""


@click.command("metrics")
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@click.pass_obj
def command(table: Sequence[Described] | None, as_json: bool) -> None:  # click passes flags by name
    """List every metric: name, type, labels, and what it says."""
    metrics: Sequence[Described] = table or importlib.import_module(_TABLE).METRICS
    if as_json:
        rows = [
            {"name": one.name, "type": str(one.type), "labels": list(one.labels), "documentation": one.documentation}
            for one in metrics
        ]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for metric in metrics:
        labels = f"{{{','.join(metric.labels)}}}" if metric.labels else ""
        click.echo(f"{click.style(metric.name, bold=True)}{labels}  {metric.type}\n    {metric.documentation}")
