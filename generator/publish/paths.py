"""Which paths a repository can take."""

from pathlib import PurePosixPath

from ..errors import HagenError
from ..files import Render


def check_paths(files: Render) -> None:
    """Raise HagenError when a path would leave the directory, enter `.git`, or be a file and a directory at once."""
    wrong = sorted(path for path in files if not _is_plain(path))
    parents = {str(parent) for path in files for parent in PurePosixPath(path).parents}
    wrong += sorted(path for path in files if path in parents)
    if wrong:
        raise HagenError(
            "These rendered paths cannot be put into a repository.",
            remedy="Paths must be relative, without '..', '.git' and hagen's own '.hagen-' names, "
            "and no file may stand where another one needs a directory.",
            details=tuple(wrong),
        )


def _is_plain(path: str) -> bool:
    parts = path.split("/")
    forbidden = any(part in {"", ".", ".."} or part.lower() == ".git" for part in parts)
    return not forbidden and path.isprintable() and not parts[0].startswith(".hagen-")
