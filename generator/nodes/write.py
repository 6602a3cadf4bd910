"""An edit goes to its file: whole or not at all, and never over what somebody else wrote meanwhile."""

import contextlib
import os
import tempfile
from pathlib import Path
from typing import Final

from ..errors import HagenError
from .edit import Edit

_MARK: Final = "utf-8-sig"
_WRITABLE: Final = 0o222


def write(config: Path, edit: Edit) -> None:
    """Put it in the file's place, with its rights and its owner; a link stays one. HagenError when that cannot be.

    A file that nobody may write is left alone: its folder would let it be replaced all the same.
    """
    target = config.resolve()
    try:
        status = target.stat()
        if not status.st_mode & _WRITABLE or not os.access(target, os.W_OK):
            raise HagenError(f"{config} is read-only", remedy=f"`chmod u+w {config}`, if it is yours to change")
        if target.read_bytes().decode(_MARK, errors="replace") != edit.before:
            raise HagenError(f"{config} changed meanwhile", remedy="run the command again")
        _replace(target, edit.content, status)
    except OSError as error:
        remedy = "choose a file in a folder that you may write to"
        raise HagenError(f"{config} cannot be written: {error.strerror}", remedy=remedy) from None


def _replace(target: Path, content: bytes, status: os.stat_result) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            with contextlib.suppress(PermissionError):  # only root gives files away
                os.fchown(file.fileno(), status.st_uid, status.st_gid)
            os.fchmod(file.fileno(), status.st_mode & 0o7777)
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
