"""What hagen has written into a plain directory, so that it never takes a file of the user's for its own."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import HagenError
from .compose import owner

MANIFEST = ".hagen-manifest.json"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """Paths -> digests of the files as written (see `detached.digest`), and the primary cluster (None: no render)."""

    files: Mapping[str, str] = field(default_factory=dict)
    primary: str | None = None

    def encode(self) -> bytes:
        """The manifest as JSON; the same manifest always gives the same bytes."""
        files = {
            path: {"sha256": digest[1:], "executable": digest[0] == "x", "owner": owner(path)}
            for path, digest in sorted(self.files.items())
        }
        document = {"version": _VERSION, "primary": self.primary, "files": files}
        return json.dumps(document, indent=2).encode() + b"\n"


def read_manifest(directory: Path) -> Manifest:
    """The manifest of a directory, an empty one where there is none; HagenError when it cannot be understood."""
    path = directory / MANIFEST
    try:
        document = json.loads(path.read_bytes())
        if document["version"] != _VERSION:
            raise HagenError(f"{path} was written by another version of hagen.", remedy="Use that version here.")
        files = {
            name: ("x" if file["executable"] else "-") + file["sha256"] for name, file in document["files"].items()
        }
        return Manifest(files, document["primary"])
    except (FileNotFoundError, NotADirectoryError):
        return Manifest()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise HagenError(
            f"{path} is damaged: {error!r}.",
            remedy="Restore it from a backup, or render into another directory.",
        ) from error
