"""Hold plain values against the model, and put the model's refusals into hagen's own words.

`validate` gives a cluster even when values were refused: with their defaults in place, for the rules that do not
read them.
"""

import copy
import difflib
import types
import typing
from dataclasses import dataclass, replace
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from .codes import CODES
from .model import API_VERSION, Cluster
from .model.types import type_name
from .problem import Finding, Path, path_name

_WANTED: Final = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "list_type": "a list",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "dict_type": "a mapping",
}
_BOUNDS: Final = {"greater_than_equal": ("ge", "at least"), "less_than_equal": ("le", "at most")}


@dataclass(frozen=True, slots=True)
class Outcome:
    """A cluster (None when there is nothing to build one from), the refusals, and which paths they touch."""

    cluster: Cluster | None
    findings: tuple[Finding, ...]
    broken: frozenset[Path] = frozenset()
    node_indexes: tuple[int, ...] = ()

    def original(self, finding: Finding) -> Finding:
        """The finding with nodes[] counted as in the file, where refused entries still stand."""
        match finding.path:
            case ("nodes", int(index), *rest) if index < len(self.node_indexes):
                return replace(finding, path=("nodes", self.node_indexes[index], *rest))
        return finding


def validate(data: Any) -> Outcome:  # noqa: ANN401  # whatever a YAML file can hold
    """The cluster that the values describe, or what is wrong with them."""
    if not isinstance(data, dict):
        found = "empty" if data is None else f"{type_name(data)}, not a mapping"
        remedy = "write a new file with `hagen init`"
        return Outcome(None, (Finding("HG109", (), f"the file is {found}", remedy),))
    try:
        cluster = Cluster.model_validate(data)
    except ValidationError as error:
        errors = [entry for entry in error.errors(include_url=False) if entry["type"] != "default_factory_not_called"]
        findings = tuple(_finding(entry) for entry in errors)
        broken = frozenset(finding.path for finding in findings if finding.code != "HG103")
        repaired, indexes = _without(data, findings)
        return Outcome(_second_attempt(repaired), findings, broken, indexes)
    return Outcome(cluster, (), node_indexes=tuple(range(len(cluster.nodes))))


def _second_attempt(data: dict[str, Any]) -> Cluster | None:
    try:
        return Cluster.model_validate(data)
    except ValidationError:
        return None


def _without(data: dict[str, Any], findings: tuple[Finding, ...]) -> tuple[dict[str, Any], tuple[int, ...]]:
    """The values less the refused ones. A list entry with a refused value goes whole; nodes[] keep their indexes."""
    data = copy.deepcopy(data)
    entries: set[Path] = set()
    for finding in findings:
        number = next((i for i, part in enumerate(finding.path) if isinstance(part, int)), None)
        if number is None or finding.code == "HG103":
            _drop(data, finding.path)
        else:
            entries.add(finding.path[: number + 1])
    nodes = data.get("nodes")
    indexes = (
        [index for index in range(len(nodes)) if ("nodes", index) not in entries] if isinstance(nodes, list) else []
    )
    for path in sorted(entries, key=str, reverse=True):
        _drop(data, path, keep_length=True)
    _prune(data)
    return data | {"apiVersion": API_VERSION, "kind": "Cluster"}, tuple(indexes)


_GONE: Final = object()


def _drop(data: Any, path: Path, *, keep_length: bool = False) -> None:  # noqa: ANN401
    for part in path[:-1]:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return
    if isinstance(data, dict) and path:
        data.pop(path[-1], None)
    elif isinstance(data, list) and keep_length and isinstance(path[-1], int):
        data[path[-1]] = _GONE


def _prune(data: Any) -> None:  # noqa: ANN401
    if isinstance(data, list):
        data[:] = [item for item in data if item is not _GONE]
    for item in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        _prune(item)


def _finding(error: ErrorDetails) -> Finding:
    """One refusal of pydantic in hagen's words."""
    path: Path = tuple(error["loc"])
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    if kind in CODES:
        return Finding(kind, path, context["message"], context["remedy"])
    if kind == "extra_forbidden":
        return _unknown_key(path)
    if kind == "missing":
        return Finding("HG104", path, f"{path[-1]} is missing", f"add it: {_example(path)}")
    if kind == "literal_error":
        return _not_offered(path, value, context)
    if kind in _BOUNDS:
        bound, words = _BOUNDS[kind]
        limit = context[bound]
        return Finding("HG107", path, f"{path[-1]} is {value}, and must be {words} {limit}", f"write {words} {limit}")
    if kind == "too_short":
        return Finding("HG107", path, f"{path[-1]} is empty", "write at least one entry, or leave the key out")
    wanted = _WANTED.get(kind, "another kind of value")
    remedy = f"write {_example(path)}" if kind in _WANTED else error["msg"]
    return Finding("HG105", path, f"{path_name(path[-1:])} takes {wanted}, not {type_name(value)}", remedy)


def _unknown_key(path: Path) -> Finding:
    section = section_at(path[:-1])
    known = list(_keys(section)) if section else []
    key = str(path[-1])
    folded = {name.lower(): name for name in known}
    close = difflib.get_close_matches(key.lower(), folded, n=1, cutoff=0.6)
    where = f" in {path_name(path[:-1])}" if len(path) > 1 else ""
    remedy = f"did you mean {folded[close[0]]}?" if close else f"known here: {', '.join(sorted(known))}"
    return Finding("HG103", path, f'unknown key "{key}"{where}', remedy)


def _not_offered(path: Path, value: object, context: dict[str, Any]) -> Finding:
    offered = str(context["expected"]).replace("'", "")
    names = offered.replace(" or ", ", ").split(", ")
    close = difflib.get_close_matches(str(value), names, n=1, cutoff=0.5)
    remedy = f"did you mean {close[0]}?" if close else f"write {offered}"
    return Finding("HG106", path, f'{path[-1]} is "{value}", and takes {offered}', remedy)


def _example(path: Path) -> str:
    """A line that would do: the key with its example or its default."""
    section = section_at(path[:-1])
    field = _keys(section).get(str(path[-1])) if section else None
    if field is None:
        return _ENTRIES.get(path[0], "a mapping")
    example = (
        field.examples[0]
        if field.examples
        else _EXAMPLES.get(str(path[-1]), field.get_default(call_default_factory=False))
    )
    return f"{path[-1]}: {_plain(example)}"


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


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "{...}" if isinstance(value, BaseModel) else str(value)


def section_at(path: Path) -> type[BaseModel] | None:
    """The model of the mapping at a path, or None when there is none."""
    section: type[BaseModel] | None = Cluster
    for part in path:
        if isinstance(part, int):
            continue
        field = _keys(section).get(part) if section else None
        section = _model_in(field.annotation) if field else None
    return section


def _keys(section: type[BaseModel]) -> dict[str, Any]:
    return {field.alias or name: field for name, field in section.model_fields.items()}


def _model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401  # an annotation is anything
    if (
        isinstance(annotation, type)
        and issubclass(annotation, BaseModel)
        and not isinstance(annotation, types.GenericAlias)
    ):
        return annotation
    found = (_model_in(argument) for argument in typing.get_args(annotation))
    return next((model for model in found if model is not None), None)
