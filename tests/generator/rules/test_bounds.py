"""No text of the file reaches a template, a shell or a daemon unbounded: every key refuses what could break one."""

import typing
from typing import Any, Final

import pytest
import yaml

from hagen.generator.check import check
from hagen.generator.load import parse
from hagen.generator.sections import keys, section_at

DANGEROUS = [
    "a\nb",
    "a'b",
    'a"b',
    "a b # c",
    "a: b",
    "$(id)",
    "`id`",
    "a\\b",
    "{{ a }}",
    "a;b",
    "é",
    "a\x00",
    "",
    "<a>",
    "a|b",
]
COMPLETE: Final[dict[str, dict[str, Any]]] = {
    "nodes": {"name": "a", "role": "worker", "address": "10.196.35.50"},
    "registryMirrors": {"registry": "docker.io", "endpoints": ["https://mirror.example.com"]},
    "s3": {"bucket": "backups"},
}
"""What a section must hold besides the value that is tried."""


class _Field(typing.NamedTuple):
    path: tuple[str, ...]
    is_list: bool


def _fields(path: tuple[str, ...] = ()) -> list[_Field]:
    section = section_at(path)
    assert section is not None
    found: list[_Field] = []
    for key, field in keys(section).items():
        below = (*path, key)
        if section_at(below) is not None:
            found += _fields(below)
        elif field.annotation in (str, str | None, tuple[str, ...]):
            found.append(_Field(below, field.annotation == tuple[str, ...]))
    return found


FIELDS = _fields()


def _document(field: _Field, text: str) -> dict[str, Any]:
    value: Any = [text] if field.is_list else text
    for key, section in zip(reversed(field.path), [*reversed(field.path[:-1]), ""], strict=True):
        value = COMPLETE.get(section, {}) | {key: value}
        if section in {"nodes", "registryMirrors"}:
            value = [value]
    return {"apiVersion": "hagen.dev/v1alpha1", "kind": "Cluster", **value}


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: ".".join(field.path))
@pytest.mark.parametrize("text", DANGEROUS, ids=ascii)
def test_dangerous_text_is_refused(field: _Field, text: str) -> None:
    content = yaml.safe_dump(_document(field, text)).encode()
    problems = [problem for problem in check(parse(content)).problems if problem.severity == "error"]
    place = ".".join(field.path[-1:])
    assert [problem for problem in problems if place in problem.path], problems


def test_all_of_them_were_found() -> None:
    names = {".".join(field.path) for field in FIELDS}
    assert {"nodes.name", "nodes.host", "access.sshKeys", "database.backup.s3.region", "repository.revision"} <= names
    assert len(names) > 30
