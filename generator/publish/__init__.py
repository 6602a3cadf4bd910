"""Puts a render into a directory: through git (`publish`), as plain files (`write_plain`); `preview` shows it first,
and `earlier_renders` are what is there already."""

from ..files import Render, RenderedFile
from .compose import compose
from .earlier import Earlier, earlier_renders
from .outcome import Action, Changes, Outcome, Preview
from .plain import write_plain
from .previewing import preview
from .primary import primary_of
from .publishing import publish

__all__ = [
    "Action",
    "Changes",
    "Earlier",
    "Outcome",
    "Preview",
    "Render",
    "RenderedFile",
    "compose",
    "earlier_renders",
    "preview",
    "primary_of",
    "publish",
    "write_plain",
]
