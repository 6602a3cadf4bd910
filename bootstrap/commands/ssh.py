"""`hagen bootstrap ssh NODE`: a shell on one machine, by whatever the provider has for it."""

import os
import shutil

import click

from ..errors import BootstrapError
from ..site import Site
from .opening import machine_of, on_site


@click.command("ssh")
@on_site
@click.argument("node")
def command(site: Site, node: str) -> None:
    """Open a root shell on a machine. Needs no key and no open port: the provider's own way is taken."""
    machine = machine_of(site, node)
    argv = site.provider.shell(machine.name)
    program = shutil.which(argv[0])
    if program is None:
        raise BootstrapError(argv[0], "it is not installed here", "Install it, or use hagen bootstrap exec.")
    os.execv(program, list(argv))  # noqa: S606 - no shell, on purpose
