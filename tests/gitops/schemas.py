"""Objects against their schemas: Kubernetes' own for a minor, and those of the CRDs that the repository brings."""

import re
from functools import cache
from typing import Any

import jsonschema
from kubernetes_validate import utils
from referencing import Registry, Resource

from tests.gitops.build import Object
from tests.gitops.objects import group_of


@cache
def _built_in(minor: str, kind: str, name: str) -> jsonschema.Draft202012Validator:
    """The validator of a kind. As kubernetes-validate makes it, kept for the next object of that kind."""
    folder = f"kubernetes-json-schema/v{minor}-local-strict"
    schema = utils.schema_contents(f"{folder}/{kind}-{name}.json", minor)
    registry = Resource.from_contents(schema) @ _definitions(minor)
    return jsonschema.Draft202012Validator(schema, registry=registry)


@cache
def _definitions(minor: str) -> Registry[Any]:
    contents = utils.schema_contents(f"kubernetes-json-schema/v{minor}-local-strict/_definitions.json", minor)
    return Resource.from_contents(contents) @ Registry()


def knows(minor: str) -> bool:
    """Whether there are schemas of this minor."""
    return minor in utils.all_versions() or any(version.startswith(f"{minor}.") for version in utils.all_versions())


def version_of(minor: str) -> str:
    """The schemas' version of a minor: 1.36 -> 1.36.0."""
    return next(version for version in utils.all_versions() if f"{version}.".startswith(f"{minor}."))


def built_in_faults(item: Object, minor: str) -> list[str] | None:
    """What is wrong with an object of Kubernetes' own; None for a kind that Kubernetes has not."""
    group = group_of(item["apiVersion"])
    if "." in group and not group.endswith(".k8s.io"):
        return None  # the schemas' names have no domain, so that a foreign group may look like one of Kubernetes
    name = re.sub(r"^([^./]*)(?:\.[^/]*)?/", r"\1-", item["apiVersion"])
    try:
        validator = _built_in(version_of(minor), item["kind"].lower(), name)
    except FileNotFoundError:
        return None
    return [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(item)]


def strict(schema: Any) -> Any:
    """A CRD's schema as JSON Schema, with unknown fields refused the way the API server prunes them.

    x-kubernetes-preserve-unknown-fields keeps them, x-kubernetes-int-or-string takes both, nullable takes null, and what
    is embedded is any object.
    """
    if isinstance(schema, list):
        return [strict(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: strict(value) for key, value in schema.items() if key not in {"properties", "default", "example"}}
    if "properties" in schema:
        result["properties"] = {name: strict(value) for name, value in schema["properties"].items()}
        if "additionalProperties" not in schema and not schema.get("x-kubernetes-preserve-unknown-fields"):
            result["additionalProperties"] = False
    if schema.get("x-kubernetes-int-or-string"):
        result.pop("type", None)
        result["type"] = ["integer", "string"]
    if schema.get("nullable") and isinstance(result.get("type"), str):
        result["type"] = [result["type"], "null"]
    return result


class Custom:
    """The kinds that CustomResourceDefinitions bring, by (apiVersion, kind)."""

    def __init__(self, definitions: list[Object]) -> None:
        self._schemas: dict[tuple[str, str], Object] = {}
        self._validators: dict[tuple[str, str], jsonschema.Draft202012Validator] = {}
        for item in definitions:
            spec = item["spec"]
            for version in spec["versions"]:
                if version["served"]:
                    key = (f"{spec['group']}/{version['name']}", spec["names"]["kind"])
                    self._schemas[key] = version["schema"]["openAPIV3Schema"]

    def faults(self, item: Object) -> list[str] | None:
        """What is wrong with a custom resource; None for a kind that no definition brings."""
        key = (item["apiVersion"], item["kind"])
        if key not in self._schemas:
            return None
        if key not in self._validators:
            schema = strict(self._schemas[key])
            # Every object has these three; a CRD may leave them out or describe them in a word.
            schema["properties"] |= {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {}}
            self._validators[key] = jsonschema.Draft202012Validator(schema)
        return [f"{error.json_path}: {error.message[:300]}" for error in self._validators[key].iter_errors(item)]
