"""Errors of the operating system in words for the user."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import HagenError


@contextmanager
def readable_errors(directory: Path) -> Iterator[None]:
    """Turn errors of the operating system (no permission, disk full, ...) into HagenError."""
    try:
        yield
    except OSError as error:
        raise HagenError(
            f"{directory} cannot be used: {error.strerror or error}.",
            remedy="Check the permissions and the free space there, then run hagen again.",
            details=(str(error.filename or directory),),
        ) from error
