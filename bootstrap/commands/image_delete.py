"""`hagen image delete NAME`."""

import click

from ..errors import BootstrapError
from ..site import Site
from .opening import on_site


@click.command("delete")
@on_site
@click.argument("alias")
def command(site: Site, *, alias: str) -> None:
    """Remove one. Machines that were made from it stay."""
    if not site.provider.delete_image(alias):
        names = ", ".join(sorted(site.provider.images())) or "none"
        raise BootstrapError(f"image {alias}", f"there is none of this name; there are: {names}")
    click.echo(f"removed image {alias}")
