"""`hagen schema`: the JSON Schema of hagen.yaml."""

import click

from ..schema import schema_text


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of hagen.yaml, for editors: hagen schema > hagen.schema.json"""
    click.echo(schema_text(), nl=False)
