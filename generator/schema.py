"""JSON Schema of hagen.yaml, for editors and for other programs."""

import json
from typing import Any, Final

from .model import Cluster

SCHEMA_FILE: Final = "hagen.schema.json"
_ID: Final = "https://hagen.dev/schemas/v1alpha1/cluster.json"


def schema() -> dict[str, Any]:
    """The schema (draft 2020-12)."""
    document = Cluster.model_json_schema(by_alias=True)
    header = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": _ID, "title": "hagen.yaml"}
    return header | {key: value for key, value in document.items() if key != "title"}


def schema_text() -> str:
    """The schema as it is written to a file."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
