"""`hagen bootstrap COMMAND`. Commands are loaded by name when they are called.

Exit codes as everywhere in hagen: 0 done, 1 it could not be done, 2 wrong usage (`plan`: something is to be done), 70 a
defect, 130 interrupted.
"""

import importlib
from typing import Final

import click

_COMMANDS: Final = {
    "plan": "hagen.bootstrap.commands.plan",
    "up": "hagen.bootstrap.commands.up",
    "kubeconfig": "hagen.bootstrap.commands.kubeconfig",
    "exec": "hagen.bootstrap.commands.exec",
    "ssh": "hagen.bootstrap.commands.ssh",
    "down": "hagen.bootstrap.commands.down",
}
"""Command -> module, whose `command` is the click command. In the order of a cluster's life."""


class _LazyGroup(click.Group):
    """Knows its commands' names, and imports one when it is called or its help is shown."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        try:
            command: click.Command = importlib.import_module(_COMMANDS[cmd_name]).command
        except ModuleNotFoundError as error:
            if (error.name or "").startswith("hagen."):
                raise
            message = f"{error.name} is not installed; install it with: pip install 'hagen[bootstrap]'"
            raise click.ClickException(message) from None
        return command


@click.group("bootstrap", cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
def group() -> None:
    """Machines, cluster and Argo CD, from a rendered repository; again and again."""
