"""The one place where errors become messages and exit codes.

0    done                                     3    only warnings, with --strict
1    errors in a file, or nothing can be done  70   a defect of hagen, with a report to send in
2    wrong usage; `hagen diff`: changes         130  interrupted
"""

import contextlib
import errno
import os
import sys
import tempfile
import traceback
from collections.abc import Iterator

import click

from .errors import HagenError

DEFECT = 70
INTERRUPTED = 130
_STREAM_ERRORS = {errno.ENOSPC, errno.EIO, errno.EDQUOT}


@contextlib.contextmanager
def boundary() -> Iterator[None]:
    """Run a command; end the process with the exit code that its outcome has."""
    try:
        yield
    except HagenError as error:
        _show(error)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        _silence()  # the reader went away (| head)
        sys.exit(1)
    except OSError as error:
        if error.errno not in _STREAM_ERRORS:
            _report(error)
            sys.exit(DEFECT)
        with contextlib.suppress(OSError):
            click.echo(f"error: the output cannot be written: {error.strerror}", err=True)
        _silence()
        sys.exit(1)
    except Exception as error:  # noqa: BLE001  # the boundary is what this is
        _report(error)
        sys.exit(DEFECT)


def _silence() -> None:
    """Send what is still buffered nowhere: Python would complain of it again while it closes the stream."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _show(error: HagenError) -> None:
    click.echo(click.style("error: ", fg="red", bold=True) + error.message, err=True)
    for detail in error.details:
        click.echo(f"  {detail}", err=True)
    if error.remedy:
        click.echo(click.style("fix: ", fg="green", bold=True) + error.remedy, err=True)


def _report(error: Exception) -> None:
    """Say in one line that this is not the user's fault, and keep the rest in a file."""
    click.echo(click.style("defect: ", fg="red", bold=True) + f"{type(error).__name__}: {error}", err=True)
    if os.environ.get("HAGEN_DEBUG"):
        traceback.print_exc()
        return
    with tempfile.NamedTemporaryFile("w", prefix="hagen-report-", suffix=".txt", delete=False) as file:
        file.write("".join(traceback.format_exception(error)))
    click.echo(
        f"This should not happen. Please send {file.name} with your hagen.yaml to the project's issues.", err=True
    )
