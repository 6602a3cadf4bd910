"""Puts a render into a directory: through git (`publish`), as plain files (`write_plain`); `preview` shows it first."""

from ..files import Render, RenderedFile
from .outcome import Action, Changes, Outcome, Preview
from .plain import write_plain
from .previewing import preview
from .primary import primary_of
from .publishing import publish

__all__ = [
    "Action",
    "Changes",
    "Outcome",
    "Preview",
    "Render",
    "RenderedFile",
    "preview",
    "primary_of",
    "publish",
    "write_plain",
]
