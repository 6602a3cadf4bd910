"""`hagen bootstrap exec NODE -- COMMAND`: as root on one machine, through the provider."""

import sys

import click

from ..site import Site
from .opening import machine_of, on_site


@click.command("exec", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@on_site
@click.option("--timeout", type=click.FloatRange(min=1), default=600.0, show_default=True, help="Seconds.")
@click.argument("node")
@click.argument("argv", nargs=-1, required=True, metavar="COMMAND...")
def command(site: Site, timeout: float, node: str, argv: tuple[str, ...]) -> None:
    """Run a command on a machine. Its output is this command's output, its exit code too."""
    machine = machine_of(site, node)
    command = argv[1:] if argv[0] == "--" else argv  # click leaves it in behind NODE
    if not command:
        raise click.UsageError("Missing argument 'COMMAND...'.")
    outcome = site.provider.execute(machine.name, command, timeout=timeout)
    sys.stdout.buffer.write(outcome.stdout)
    sys.stdout.buffer.flush()
    sys.stderr.buffer.write(outcome.stderr)
    sys.stderr.buffer.flush()
    raise click.exceptions.Exit(outcome.code)
