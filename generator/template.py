"""The template tree: hagen's own, or a user's fork of it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from .errors import HagenError

OWN: Final = Path(__file__).resolve().parents[1] / "gitops-template"
"""A sibling of this package, in a checkout and in the wheel alike."""

_SINGLE: Final = "repository"


@dataclass(frozen=True, slots=True)
class Template:
    """One cookiecutter template: where it is, and what it is rendered for ("repository", "load-balancer")."""

    each: str
    directory: Path
    defaults: dict[str, Any]


def templates(directory: Path) -> tuple[Template, ...]:
    """The templates below a directory, in the order of its cookiecutter.json.

    With a `templates` key (cookiecutter's nested templates) each entry is one; without it the directory itself is the
    repository's template. HagenError when a file is missing or is not what cookiecutter takes.
    """
    listing = _read(directory / "cookiecutter.json")
    nested = listing.get("templates")
    if nested is None:
        return (Template(_SINGLE, directory, listing),)
    if not isinstance(nested, dict) or not all(
        isinstance(entry, dict) and "path" in entry for entry in nested.values()
    ):
        raise HagenError(
            f'{directory / "cookiecutter.json"}: "templates" is not a mapping of name to {{"path": ...}}',
            remedy="compare it with gitops-template/cookiecutter.json of hagen",
        )
    found = [(str(each), directory / str(entry["path"])) for each, entry in nested.items()]
    return tuple(Template(each, path, _read(path / "cookiecutter.json")) for each, path in found)


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        remedy = "--template takes a folder with a cookiecutter.json, like hagen's gitops-template"
        raise HagenError(f"{path} does not exist", remedy=remedy) from None
    except (OSError, ValueError) as error:
        raise HagenError(f"{path} cannot be read: {error}", remedy="write it as JSON, in UTF-8") from None
    if not isinstance(content, dict):
        raise HagenError(f"{path} is not a JSON object", remedy="compare it with hagen's gitops-template")
    return content
