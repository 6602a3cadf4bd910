"""JSON Schema of hagen.yaml, for editors and for other programs.

Building it takes longer than checking a file, and it changes only with the model: `hagen.schema.json` beside this
module is written by `make update` and held against the model by a test.
"""

import json
from pathlib import Path
from typing import Any, Final

from .model import Cluster

SCHEMA_FILE: Final = "hagen.schema.json"
_ID: Final = "https://hagen.dev/schemas/v1alpha1/cluster.json"
_BUILT: Final = Path(__file__).with_name(SCHEMA_FILE)


def schema_text() -> str:
    """The schema as it is written to a file."""
    return _BUILT.read_text(encoding="utf-8")


def build_schema() -> dict[str, Any]:
    """The schema (draft 2020-12), made from the model."""
    document = Cluster.model_json_schema(by_alias=True)
    header = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": _ID, "title": "hagen.yaml"}
    return header | {key: value for key, value in document.items() if key != "title"}


def build_schema_text() -> str:
    """The schema as `make update` writes it."""
    return json.dumps(build_schema(), indent=2, ensure_ascii=False) + "\n"
