"""Commands in documents that no test carries out: each with its reason. They are parsed: by hagen's own options, by the
real kubectl, by `make -n`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from hagen.agent.program import group as agent
from hagen.generator.cli import group as hagen

HAGEN: Final = {
    "agent": "watches a load balancer that is not there",
    "bootstrap": "asks an LXD server",
    "drill": "breaks a running cluster",
    "image": "asks an LXD server",
    "status": "asks the agents of a running cluster",
    "vendor": "downloads from other people's servers",
}
"""Subcommand of hagen -> why it is not carried out."""
CARRIED_OUT: Final = frozenset({"--list", "--check", "--help"})
"""With one of these they ask nobody, and are carried out after all."""
MAKE: Final = {
    "agent-wheels": "downloads from PyPI",
    "bench-bootstrap": "needs root and an LXD",
    "bootstrap": "asks an LXD server",
    "break": "asks a testbed that runs",
    "daemons": "needs root, and takes minutes",
    "destroy": "asks an LXD server",
    "failover": "needs root, and takes an hour",
    "lint": "is a stage of its own",
    "lxd": "starts an LXD",
    "plan": "asks an LXD server",
    "setup": "would install the environment that the test runs in",
    "test": "runs this very test",
    "testbed": "needs root, and runs until somebody ends it",
    "unit": "runs this very test",
    "vendor": "downloads from other people's servers",
}
"""Target of a Makefile -> why it is not made."""
OTHERS: Final = {
    "curl": "asks a cluster that is not there",
    "kubectl": "asks a cluster that is not there",
    "lxc": "asks an LXD server",
}
"""Program -> why it is not carried out."""


def is_elsewhere(words: Sequence[str]) -> bool:
    """Whether `hagen WORDS` is one that is only parsed."""
    return bool(words) and words[0] in HAGEN and not CARRIED_OUT & set(words)


def command_of(words: Sequence[str], program: click.Command = hagen) -> tuple[click.Command, list[str]]:
    """The command that words name, and what it is given. UsageError when there is none of that name."""
    command, rest = program, list(words)
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        context = click.Context(command, info_name=command.name)
        found = command.get_command(context, rest[0])
        if found is None:
            raise click.UsageError(f"no command {rest[0]}", context)
        command, rest = found, rest[1:]
    return command, rest


def parsed(words: Sequence[str]) -> None:
    """Read `hagen WORDS` as hagen would. UsageError for what it would not take; nothing is carried out."""
    command, rest = command_of(words)
    if isinstance(command, click.Group):
        raise click.UsageError(f"hagen {' '.join(words)} is a group of commands")
    command.make_context(command.name, rest)


def named(words: Sequence[str], program: str = "hagen") -> list[str]:
    """What is wrong with a command that stands in a sentence, with placeholders: its name and its options are judged."""
    try:
        command, rest = command_of(words, {"hagen": hagen, "hagen-agent": agent}[program])
    except click.UsageError as error:
        return [error.message]
    own = rest[: rest.index("--")] if "--" in rest else rest
    # Some load what they are only when they are called.
    command = command.make_context(command.name, [], resilient_parsing=True).command
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    given = {word.partition("=")[0] for word in own if word.startswith("-")} - {"--help", "-h", "--version"}
    return [f"{program} {command.name} has no {option}" for option in sorted(given - known)]


def machines_of(repository: Path) -> set[str]:
    """The machines of a rendered repository's inventories."""
    import yaml  # noqa: PLC0415 - stand-ins start often, and most need none

    found = (yaml.safe_load(path.read_text()) for path in repository.glob("clusters/*/inventory.yaml"))
    return {machine["name"] for inventory in found for machine in inventory["machines"]}
