"""What the model knows about a path of the file: its section, the keys there, and a line that would do."""

import types
import typing
from typing import Any, Final

from pydantic import BaseModel

from .model import API_VERSION, Cluster
from .problem import Path

_EXAMPLES: Final = {
    "apiVersion": API_VERSION,
    "kind": "Cluster",
    "name": "k8s-worker-4",
    "role": "worker",
    "address": "10.196.35.27",
    "start": "10.196.35.100",
    "end": "10.196.35.200",
    "bucket": "hagen-backups",
    "registry": "docker.io",
    "endpoints": "[https://mirror.example.com]",
    "nodes": "[{name: k8s-worker-1, role: worker, address: 10.196.35.24}, ...]",
}
_ENTRIES: Final[dict[str | int, str]] = {"nodes": "{name: k8s-worker-4, role: worker, address: 10.196.35.27}"}


def section_at(path: Path) -> type[BaseModel] | None:
    """The model of the mapping at a path, or None when there is none."""
    section: type[BaseModel] | None = Cluster
    for part in path:
        if isinstance(part, int):
            continue
        field = keys(section).get(part) if section else None
        section = _model_in(field.annotation) if field else None
    return section


def keys(section: type[BaseModel]) -> dict[str, Any]:
    """The keys of a section as the file spells them, and what is declared of each."""
    return {field.alias or name: field for name, field in section.model_fields.items()}


def example(path: Path) -> str:
    """A line that would do: the key with its example or its default."""
    if section_at(path) is not None and not isinstance(path[-1], int) and path[-1] != "nodes":
        return "its keys below it, or leave it out"
    section = section_at(path[:-1])
    field = keys(section).get(str(path[-1])) if section else None
    if field is None:
        return _ENTRIES.get(path[0], "another value")
    default = field.get_default(call_default_factory=False)
    if field.examples:
        value = field.examples[0]
    else:
        value = _EXAMPLES.get(str(path[-1]), default) if field.is_required() or default is None else default
    return f"{path[-1]}: {_plain(value)}"


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "{...}" if isinstance(value, BaseModel) else str(value)


def _model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401  # an annotation is anything
    is_class = isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias)
    if is_class and issubclass(annotation, BaseModel):
        model: type[BaseModel] = annotation
        return model
    found = (_model_in(argument) for argument in typing.get_args(annotation))
    return next((model for model in found if model is not None), None)
