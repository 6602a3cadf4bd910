"""What the options of `hagen drill` must be, and where its files can go: known before anybody is asked anything."""

import shlex
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import click

from ..drills.clients import Database
from ..drills.load.locust import PROGRAM
from ..drills.stage import STEADY
from ..errors import BootstrapError

_PASSWORD: Final = "HAGEN_DRILL_PASSWORD"  # noqa: S105 - the name of a variable
_PORTS: Final = range(1, 65536)


@dataclass(frozen=True)
class Options:
    """What the user said. `database`: HOST:PORT/SCHEMA; `prometheus`: a URL; both may be empty.

    `load`: further options of the program `locust`.
    """

    yes: bool = False
    dry_run: bool = False
    as_document: bool = False
    steady: float = STEADY
    prometheus: str = ""
    database: str = ""
    database_user: str = ""
    locust: str = PROGRAM
    load: str = ""


def checked(prometheus: str, database: str, load: str = "") -> None:
    """UsageError with everything that is wrong; all of them may be empty."""
    if wrong := [*_prometheus(prometheus), *_database(database), *_load(load)]:
        raise click.UsageError("\n".join(wrong))


def database_of(text: str, user: str) -> Database | None:
    """HOST:PORT/SCHEMA, the host of an IPv6 address in brackets. None for an empty text; UsageError for another one."""
    checked("", text)
    if not text:
        return None
    address, _, schema = text.partition("/")
    host, _, port = address.rpartition(":")
    return Database(host.removeprefix("[").removesuffix("]"), int(port), user, schema, _PASSWORD)


def writable(folder: Path) -> None:
    """Make it, and try. BootstrapError when a report could not be kept there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise BootstrapError(
            str(folder),
            f"the report cannot be written there: {error.strerror or error}",
            "Nothing was broken. Make the folder writable, or name another repository with --repository.",
        ) from error


def _prometheus(url: str) -> Iterator[str]:
    if not url:
        return
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets, or a port that is none
        good = False
    if not good:
        yield f"Invalid value for '--prometheus': {url!r}: write http://HOST:PORT."


def _load(text: str) -> Iterator[str]:
    try:
        shlex.split(text)
    except ValueError as error:
        yield f"Invalid value for '--load': {text!r}: {error}."


def _database(text: str) -> Iterator[str]:
    if not text:
        return
    address, _, schema = text.partition("/")
    host, _, port = address.rpartition(":")
    if not host or not schema or not (port.isascii() and port.isdecimal() and int(port) in _PORTS):
        yield f"Invalid value for '--database': {text!r}: write HOST:PORT/SCHEMA."
