"""Options that commands share, and errors as a user sees them."""

from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import click

from ..config import AgentConfig, ConfigError, load_config

DEFAULT = Path("/etc/hagen-agent/agent.yaml")

config_option = click.option(
    "-c",
    "--config",
    type=click.Path(path_type=Path),
    default=DEFAULT,
    show_default=True,
    help="The agent.yaml that hagen rendered.",
)


class BadConfig(click.ClickException):
    """Every problem of agent.yaml, one line each, and of other files after it. Exit code 1."""

    def __init__(self, error: ConfigError, others: Sequence[str] = ()) -> None:
        super().__init__(str(error))
        self.problems = error.problems
        self.others = others

    def show(self, file: IO[Any] | None = None) -> None:
        """On standard error, as `hagen check` shows its own."""
        for line in self.problems:
            place, _, rest = line.partition(": error: ")
            message, _, remedy = rest.rpartition("; ")
            fault = click.style("error", fg="red", bold=True)
            click.echo(f"{click.style(place, bold=True)}: {fault}: {message}; {remedy}", err=True, file=file)
        for line in self.others:
            click.echo(f"Error: {line}", err=True, file=file)


def read_config(path: Path) -> AgentConfig:
    """The configuration. BadConfig when it cannot be used."""
    try:
        return load_config(path)
    except ConfigError as error:
        raise BadConfig(error) from None
