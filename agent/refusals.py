"""From what pydantic refuses to what a person can act on: the place, the cause, the remedy."""

import difflib
import typing
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from .document import Document, Path

_SHOWN = 60
_AS_RENDERED = "write it as `hagen render` does"
_WANTED = {
    "string_type": ("text", "put it in quotes"),
    "int_type": ("a whole number", "write a number without quotes"),
    "float_type": ("a number", "write a number without quotes"),
    "tuple_type": ("a list", "write one entry a line, each with a dash"),
    "model_type": ("a section with keys of its own", _AS_RENDERED),
    "model_attributes_type": ("a section with keys of its own", _AS_RENDERED),
}
"""What was wanted, and how to write it, by pydantic's name of the fault."""


def report(document: Document, model: type[BaseModel], errors: list[ErrorDetails]) -> None:
    """Note every refusal as a problem of the document."""
    for error in errors:
        path: Path = tuple(error["loc"])
        message, remedy = _explain(error, model, path)
        document.report(path, message, remedy)


def _explain(error: ErrorDetails, model: type[BaseModel], path: Path) -> tuple[str, str]:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "missing":
        return f"{path[-1]} is missing", "add it, as `hagen render` does"
    if kind == "extra_forbidden":
        return f"there is no key {_quoted(path[-1])} here", _closest(str(path[-1]), _keys(model, path[:-1]))
    if kind in _WANTED:
        wanted, remedy = _WANTED[kind]
        return f"must be {wanted}, not {_quoted(error['input'])}", remedy
    if "remedy" in context:
        return error["msg"], str(context["remedy"])
    if kind == "literal_error":
        return f"must be {context['expected']}, not {_quoted(error['input'])}", _AS_RENDERED
    message = error["msg"].replace("Input should be", "must be")
    return f"{message}, not {_quoted(error['input'])}", _AS_RENDERED


def _keys(model: type[BaseModel], path: Path) -> Mapping[str, Any]:
    """The keys of the section at a path, with the type of each; none where no section stands."""
    keys = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
    for number, part in enumerate(path):
        if isinstance(part, str):
            inner = next((kind for kind in _types(keys.get(part)) if issubclass(kind, BaseModel)), None)
            return {} if inner is None else _keys(inner, path[number + 1 :])
    return keys


def _types(annotation: object) -> list[type]:
    """The classes that an annotation is made of."""
    if isinstance(annotation, type) and not typing.get_args(annotation):
        return [annotation]
    return [kind for part in typing.get_args(annotation) for kind in _types(part)]


def _closest(name: str, known: Mapping[str, Any]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {close[0]}?" if close else f"remove it; keys here: {', '.join(known) or 'none'}"


def _quoted(value: object) -> str:
    """A value in one short line that no terminal obeys."""
    if isinstance(value, Mapping):
        return "a section"
    if isinstance(value, list):
        return "a list"
    text = "nothing" if value is None else repr(str(value))
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "...'"
