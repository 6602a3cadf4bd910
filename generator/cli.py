"""The front door: `hagen COMMAND`. Commands are loaded by name when they are called, so that none pays for another."""

import gc
import importlib
import os
import sys
from typing import TYPE_CHECKING, Final

import click

from .boundary import boundary

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.metadata import EntryPoint

_COMMANDS: Final = {
    "init": "hagen.generator.commands.init",
    "check": "hagen.generator.commands.check",
    "render": "hagen.generator.commands.render",
    "diff": "hagen.generator.commands.diff",
    "node": "hagen.generator.commands.node",
    "vendor": "hagen.generator.commands.vendor",
    "schema": "hagen.generator.commands.schema",
}
"""Command -> module, whose `command` is the click command. In the order of a cluster's life."""

_ENTRY_POINTS: Final = "hagen.commands"
"""Where the other programs of hagen name the commands that they bring."""


def _brought() -> "Mapping[str, EntryPoint]":
    """Command -> entry point. Looked up only where a name is not one of the generator's own: it reads the disk."""
    from importlib.metadata import entry_points  # noqa: PLC0415

    return {point.name: point for point in entry_points(group=_ENTRY_POINTS) if point.name not in _COMMANDS}


class _LazyGroup(click.Group):
    """A group that knows its commands' names, and imports one when it is called or its help is shown."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*_COMMANDS, *super().list_commands(ctx), *sorted(_brought())]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            own = super().get_command(ctx, cmd_name)
            if own is not None:
                return own
            point = _brought().get(cmd_name)
            brought: click.Command | None = None if point is None else point.load()
            return brought
        command: click.Command = importlib.import_module(_COMMANDS[cmd_name]).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            import difflib  # noqa: PLC0415  # only for a mistyped command

            close = difflib.get_close_matches(args[0], [*_COMMANDS, *_brought()], n=1)
            hint = f" Did you mean '{close[0]}'?" if close else ""
            raise click.UsageError(f"{error.message}{hint}", ctx) from None


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(message="hagen %(version)s", package_name="hagen")
def group() -> None:
    """From one hagen.yaml to a GitOps repository for a highly available Kubernetes cluster on LXD."""


def main() -> None:
    """Entry point: every expected error is a sentence and an exit code, every other one a report."""
    # A command lives for a second and frees nothing: looking for garbage would take a twentieth of it.
    gc.disable()
    _open_streams()
    with boundary():
        code = group.main(prog_name="hagen", standalone_mode=False, color=_colour()) or 0
        sys.stdout.flush()
        sys.exit(code)


def _open_streams() -> None:
    """Where a caller has closed standard output or error, Python has None, which nobody can write to."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123  # pathlib costs time


def _colour() -> bool | None:
    """No colours where they are not wanted (no-color.org) or not understood; otherwise as the stream is."""
    return False if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" else None
