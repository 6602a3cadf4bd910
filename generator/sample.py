"""The commented hagen.yaml that `hagen init` writes: the manual and the configuration in one file.

Made from the model, so that a key, its default and its explanation stand in one place.
"""

import re
import textwrap
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from .model import Cluster, Node
from .model.types import Version, format_duration, format_size
from .schema import SCHEMA_FILE

_WIDTH: Final = 110
_HEADER: Final = f"""\
# yaml-language-server: $schema={SCHEMA_FILE}
#
# One highly available Kubernetes cluster on LXD. Every key may be left out: what stands here is its default, or what
# was asked for. Lines that are commented out show keys without a default.
#
#   hagen check     judges this file: every problem at once, with a remedy
#   hagen render    makes the GitOps repository from it
"""
_SIZES: Final = {"memory", "disk", "storage"}
_NOT_TEXT: Final = re.compile(
    r"[-+]?\.?[0-9][0-9_]*(\.[0-9_]*)?([eE][-+]?[0-9]+)?|0[xo].*|true|false|null|~", re.IGNORECASE
)


def sample(cluster: Cluster) -> str:
    """The text of a hagen.yaml that describes the cluster, every key with its explanation."""
    lines = [_HEADER]
    for key, field, value in _fields(cluster):
        if isinstance(value, BaseModel) or key == "nodes":
            lines.append("")
        lines += _entry(key, field, value, 0)
    return "\n".join(lines) + "\n"


def _fields(section: BaseModel) -> Iterator[tuple[str, FieldInfo, Any]]:
    for name, field in type(section).model_fields.items():
        yield field.alias or name, field, getattr(section, name)


def _entry(key: str, field: FieldInfo, value: object, depth: int) -> Iterator[str]:
    """A key with its comment above it; a section with all its keys below it."""
    indent = "  " * depth
    yield from _comment(key, field, indent)
    if isinstance(value, BaseModel):
        yield f"{indent}{key}:"
        for own_key, own_field, own_value in _fields(value):
            yield from _entry(own_key, own_field, own_value, depth + 1)
    elif key == "nodes" and isinstance(value, tuple):
        yield f"{indent}{key}:"
        yield from (f"{indent}  - {node_entry(node)}" for node in value)
    elif value is None and field.default is None:
        yield f"{indent}# {key}: {flow(field.examples[0], key) if field.examples else 'null'}"
    else:
        yield f"{indent}{key}: {flow(value, key)}"


def _comment(key: str, field: FieldInfo, indent: str) -> Iterator[str]:
    text, notes = field.description or "", []
    if _has_plain_default(field) and "Default:" not in text:
        notes.append(f"Default: {flow(field.default, key)}.")
    if field.examples and field.default is not None:
        notes.append(f"Example: {flow(field.examples[0], key)}")
    for paragraph in (text, " ".join(notes)):
        wrapped = textwrap.wrap(paragraph, _WIDTH - len(indent), break_long_words=False, break_on_hyphens=False)
        yield from (f"{indent}# {line}" for line in wrapped)


def _has_plain_default(field: FieldInfo) -> bool:
    return (
        field.default is not PydanticUndefined
        and field.default is not None
        and not isinstance(field.default, BaseModel)
    )


def node_entry(node: Node) -> str:
    """A machine on one line."""
    values = {
        "name": node.name,
        "role": node.role,
        "address": node.address,
        "host": node.host,
        "priority": node.priority,
    }
    return "{" + ", ".join(f"{key}: {flow(value, key)}" for key, value in values.items() if value is not None) + "}"


def flow(value: object, key: str) -> str:
    """A value on one line, as YAML."""
    match value:
        case None | bool():
            return {None: "null", True: "true", False: "false"}[value]
        case int():
            return format_size(value) if key in _SIZES else str(value)
        case timedelta():
            return format_duration(value)
        case BaseModel():
            return flow({name: item for name, _, item in _fields(value)}, key)
        case dict():
            return "{" + ", ".join(f"{name}: {flow(item, str(name))}" for name, item in value.items()) + "}"
        case list() | tuple() if not isinstance(value, Version):
            return "[" + ", ".join(flow(item, key) for item in value) + "]"
        case _:
            return _scalar(str(value))


def _scalar(text: str) -> str:
    """Quoted where YAML would read something else than the text."""
    special = not text or text[0] in "*&!%@`'\"[]{}|>#?-:, " or ": " in text or " #" in text or text.endswith(":")
    return f'"{text}"' if special or _NOT_TEXT.fullmatch(text) else text
