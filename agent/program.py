"""`hagen-agent COMMAND`, also `hagen agent COMMAND`. Commands are loaded by name when they are called.

The same exit codes as hagen: 0 done, 1 nothing can be done, 2 wrong usage, 70 a defect, 130 interrupted; those of
`check` by the worst verdict (see health.report).
"""

import contextlib
import errno
import importlib
import os
import sys
from typing import Final

import click

_COMMANDS: Final = {
    "check": "hagen.agent.commands.check",
    "metrics": "hagen.agent.commands.metrics",
    "run": "hagen.agent.commands.run",
}
"""Command -> module, whose `command` is the click command."""
_DEFECT: Final = 70
_INTERRUPTED: Final = 130
_STREAM_ERRORS: Final = {errno.ENOSPC, errno.EIO, errno.EDQUOT}


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
            message = f"{error.name} is not installed; install it with: pip install 'hagen[agent]'"
            raise click.ClickException(message) from None
        return command


@click.group("agent", cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hagen", prog_name="hagen-agent")
def group() -> None:
    """The health agent of the load balancers: virtual IP, etcd, Galera and autoscalers, as they are."""


def main() -> None:
    """Entry point of `hagen-agent`."""
    try:
        code = group.main(prog_name="hagen-agent", standalone_mode=False, color=_colour()) or 0
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        code = _INTERRUPTED
    except BrokenPipeError:
        _silence()  # the reader went away (| head)
        code = 1
    except OSError as error:
        code = _unwritten(error) if error.errno in _STREAM_ERRORS else _defect(error)
    except Exception as error:  # noqa: BLE001  # nothing may end in a traceback
        code = _defect(error)
    sys.exit(code)


def _silence() -> None:
    """Send what is still buffered nowhere: Python would complain of it again while it closes the stream."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _unwritten(error: OSError) -> int:
    with contextlib.suppress(OSError):
        click.echo(f"error: the output cannot be written: {error.strerror}", err=True)
    _silence()
    return 1


def _defect(error: Exception) -> int:
    if os.environ.get("HAGEN_DEBUG"):
        raise error
    click.echo(f"defect: {type(error).__name__}: {error} (HAGEN_DEBUG=1 shows where)", err=True)
    return _DEFECT


def _colour() -> bool | None:
    """No colours where they are not wanted (no-color.org) or not understood; otherwise as the stream is."""
    return False if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" else None
