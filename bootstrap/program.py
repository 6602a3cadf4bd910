"""`hagen bootstrap COMMAND` and `hagen image COMMAND`. Commands are loaded by name when they are called.

Exit codes as everywhere in hagen: 0 done, 1 it could not be done, 2 wrong usage (`plan`: something is to be done), 70 a
defect, 130 interrupted.
"""

import importlib
from collections.abc import Mapping
from typing import Any, Final

import click

_BOOTSTRAP: Final = {
    "doctor": "hagen.bootstrap.commands.doctor",
    "plan": "hagen.bootstrap.commands.plan",
    "up": "hagen.bootstrap.commands.up",
    "kubeconfig": "hagen.bootstrap.commands.kubeconfig",
    "exec": "hagen.bootstrap.commands.exec",
    "ssh": "hagen.bootstrap.commands.ssh",
    "down": "hagen.bootstrap.commands.down",
}
"""Command -> module, whose `command` is the click command. In the order of a cluster's life."""
_IMAGE: Final = {
    "build": "hagen.bootstrap.commands.image_build",
    "list": "hagen.bootstrap.commands.image_list",
    "delete": "hagen.bootstrap.commands.image_delete",
}


class _LazyGroup(click.Group):
    """Knows its commands' names, and imports one when it is called or its help is shown."""

    modules: Mapping[str, str]

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self.modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in self.modules:
            return None
        return _loaded(self.modules[cmd_name])


def _loaded(module: str) -> click.Command:
    try:
        command: click.Command = importlib.import_module(module).command
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("hagen."):
            raise
        message = f"{error.name} is not installed; install it with: pip install 'hagen[bootstrap]'"
        raise click.ClickException(message) from None
    return command


class _Bootstrap(_LazyGroup):
    modules = _BOOTSTRAP


class _Image(_LazyGroup):
    modules = _IMAGE


@click.group("bootstrap", cls=_Bootstrap, context_settings={"help_option_names": ["-h", "--help"]})
def group() -> None:
    """Machines, cluster and Argo CD, from a rendered repository; again and again."""


@click.group("image", cls=_Image, context_settings={"help_option_names": ["-h", "--help"]})
def image() -> None:
    """Images with packages and container images in them, for machines that are up sooner."""


class _LazyCommand(click.Command):
    """A command without a group. Its module is imported when it is called; a list of commands shows `says`."""

    def __init__(self, name: str, module: str, says: str) -> None:
        super().__init__(name, short_help=says)
        self._module = module

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401 - click's signature
    ) -> click.Context:
        return _loaded(self._module).make_context(info_name, args, parent, **extra)


drill = _LazyCommand(
    "drill", "hagen.bootstrap.commands.drill", "Break one thing on a running cluster, and measure what clients see."
)
status = _LazyCommand("status", "hagen.bootstrap.commands.status", "The cluster on one screen, with what to do.")
