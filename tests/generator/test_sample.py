"""The commented hagen.yaml: a configuration and its manual."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from pydantic import BaseModel

from hagen.generator.model import API_VERSION, Cluster
from hagen.generator.sample import sample
from hagen.generator.schema import build_schema
from tests.support import MINIMAL, VALID, checked, name_of


def cluster_of(content: bytes) -> Cluster:
    report = checked(content)
    assert report.cluster is not None, report.problems
    return report.cluster


def test_the_sample_of_the_defaults_has_no_problem_and_is_the_reference_cluster() -> None:
    text = sample(cluster_of(MINIMAL)).encode()
    assert checked(text).problems == ()
    assert cluster_of(text) == cluster_of(MINIMAL)


@pytest.mark.parametrize("fixture", VALID, ids=name_of)
def test_a_sample_says_what_the_cluster_is(fixture: Path) -> None:
    cluster = cluster_of(fixture.read_bytes())
    assert cluster_of(sample(cluster).encode()) == cluster


def keys_of(section: type[BaseModel]) -> set[str]:
    keys = set()
    for name, field in section.model_fields.items():
        keys.add(field.alias or name)
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            keys |= keys_of(field.annotation)
    return keys


def test_every_key_stands_in_the_sample_with_a_comment_above_it() -> None:
    lines = sample(cluster_of(MINIMAL)).splitlines()
    for key in keys_of(Cluster):
        places = [number for number, line in enumerate(lines) if line.lstrip(" #").startswith(f"{key}:")]
        assert places, key
        assert all(lines[place - 1].lstrip().startswith("# ") for place in places), key


def test_the_editor_finds_the_schema() -> None:
    assert sample(cluster_of(MINIMAL)).startswith("# yaml-language-server: $schema=hagen.schema.json\n")


def test_lines_are_short_enough_to_read() -> None:
    assert max(map(len, sample(cluster_of(MINIMAL)).splitlines())) <= 120


def test_examples_in_comments_are_values_that_pass() -> None:
    """Every commented-out key, taken in: the example must be one that hagen accepts."""
    lines = sample(cluster_of(MINIMAL)).splitlines()
    keys = ("dhcpRange", "aptMirror", "http", "https", "s3")
    commented = [
        number for number, line in enumerate(lines) if line.lstrip().startswith(tuple(f"# {k}:" for k in keys))
    ]
    assert len(commented) == len(keys)
    for number in commented:
        lines[number] = lines[number].replace("# ", "", 1)
    assert checked("\n".join(lines).encode()).problems == ()


@pytest.mark.parametrize("fixture", VALID, ids=name_of)
def test_the_schema_takes_what_hagen_takes(fixture: Path) -> None:
    document = yaml.safe_load(fixture.read_text())
    jsonschema.Draft202012Validator.check_schema(build_schema())
    jsonschema.Draft202012Validator(build_schema()).validate(document)


@pytest.mark.parametrize(
    "wrong",
    [
        {"netwrok": {}},
        {"kind": "Clustr"},
        {"network": {"cidr": "nonsense"}},
        {"nodes": [{"name": "x", "role": "worker"}]},
        {"machines": {"worker": {"memory": "4 GB"}}},
        {"ingress": {"controller": "traefik"}},
    ],
)
def test_the_schema_refuses_what_hagen_refuses(wrong: dict[str, Any]) -> None:
    document = {"apiVersion": API_VERSION, "kind": "Cluster"} | wrong
    assert checked(yaml.safe_dump(document).encode()).errors
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(build_schema()).validate(document)
