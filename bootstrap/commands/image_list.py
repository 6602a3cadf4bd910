"""`hagen image list`: the prepared images of a cluster."""

import json
import sys
from typing import Final

import click
from rich.console import Console
from rich.table import Table

from ..provider.contract import Published
from ..site import Site
from .opening import on_site

_MIB: Final = 2**20


@click.command("list")
@on_site
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def command(site: Site, *, as_json: bool) -> None:
    """The images that were built for this cluster."""
    found = sorted(site.provider.images().values(), key=lambda image: image.alias)
    if as_json:
        images = [{**vars(image), "properties": dict(image.properties)} for image in found]
        click.echo(json.dumps({"images": images}, indent=2))
    elif not found:
        click.echo("There is none: hagen image build")
    elif not sys.stdout.isatty():
        click.echo("\n".join("\t".join(_cells(image)) for image in found))
    else:
        table = Table("Image", "Kubernetes", "Made from", "Size", "Made", box=None, header_style="bold")
        for image in found:
            table.add_row(*_cells(image))
        Console().print(table)


def _cells(image: Published) -> tuple[str, ...]:
    properties = image.properties
    size = f"{image.size / _MIB:.0f} MiB"
    return (image.alias, properties.get("kubernetes", ""), properties.get("base", ""), size, image.made[:19])
