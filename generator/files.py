"""What a render yields. A module of its own, so that a template can be rendered without loading what publishes it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class RenderedFile:
    """One file of a render: its bytes, and whether it is a program."""

    content: bytes
    executable: bool = False

    @property
    def mode(self) -> str:
        """Git's mode of the file, in octal digits."""
        return "100755" if self.executable else "100644"


Render = Mapping[str, RenderedFile]
"""POSIX paths relative to the root of the repository -> files."""
