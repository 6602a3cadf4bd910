"""Options that several commands take."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from ..template import OWN

_Command = TypeVar("_Command", bound=Callable[..., Any])


def config_option(command: _Command) -> _Command:
    """-c: which hagen.yaml."""
    option = click.option(
        "-c",
        "--config",
        type=click.Path(path_type=Path),
        default="hagen.yaml",
        show_default=True,
        help="The file to read.",
    )
    return option(command)


def output_option(command: _Command) -> _Command:
    """-o: which repository."""
    option = click.option(
        "-o",
        "--output",
        type=click.Path(path_type=Path),
        help="The repository to render into.  [default: build/<name of the cluster>]",
    )
    return option(command)


def template_option(command: _Command) -> _Command:
    """--template: a fork of the template tree."""
    option = click.option(
        "--template",
        type=click.Path(path_type=Path),
        default=OWN,
        help="A fork of hagen's template tree to render instead.",
    )
    return option(command)


def plain_option(command: _Command) -> _Command:
    """--plain: files without git."""
    return click.option(
        "--plain", is_flag=True, help="Only write files, without git; never over a file hagen did not write."
    )(command)


def strict_option(command: _Command) -> _Command:
    """--strict: warnings count."""
    return click.option("--strict", is_flag=True, help="End with exit code 3 when there are warnings.")(command)
