"""What the model knows about a path of the file: its section, the keys there, and a line that would do."""

import types
import typing
from collections.abc import Sequence
from typing import Any, Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

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
    "nodes": "one line per machine, like - {name: k8s-worker-1, role: worker, address: 10.196.35.24}",
}
_AN_ADDRESS: Final = "10.196.35.11"  # all other defaults that follow from other keys are addresses
_ENTRIES: Final[dict[str | int, str]] = {
    "nodes": "{name: k8s-worker-4, role: worker, address: 10.196.35.27}",
    "registryMirrors": "{registry: docker.io, endpoints: [https://mirror.example.com]}",
}


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
        return _ENTRIES.get(path[-2], "another value") if len(path) > 1 else "another value"
    return f"{path[-1]}: {_value(str(path[-1]), field)}"


def _value(key: str, field: FieldInfo) -> str:
    """What the key may hold: each of a few values, an example, or the default. A default may follow from other keys."""
    choices = typing.get_args(field.annotation) if typing.get_origin(field.annotation) is typing.Literal else ()
    if len(choices) > 1 and field.is_required():
        return one_of(choices)
    if field.examples:
        return _plain(field.examples[0])
    default = None if field.default is PydanticUndefined else field.default
    return _plain(default if default is not None else _EXAMPLES.get(key, _AN_ADDRESS))


def one_of(values: Sequence[object]) -> str:
    """ "a", "a or b", "a, b or c"."""
    *first, last = map(str, values)
    return f"{', '.join(first)} or {last}" if first else last


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
