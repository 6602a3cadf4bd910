"""inventory.yaml: what the loader refuses, and how it says so."""

from pathlib import Path

import pytest
import yaml

from hagen.bootstrap.inventory import InventoryError, load_inventory
from tests.support import VALID, planned, rendered

REFERENCE = next(path for path in VALID if path.stem == "reference")


@pytest.fixture
def document() -> dict[str, object]:
    name = planned(REFERENCE.read_bytes()).name
    loaded: dict[str, object] = yaml.safe_load(rendered(REFERENCE)[f"clusters/{name}/inventory.yaml"].content)
    return loaded


def problems_of(content: str, directory: Path) -> tuple[str, ...]:
    path = directory / "inventory.yaml"
    path.write_text(content)
    with pytest.raises(InventoryError) as caught:
        load_inventory(path)
    return caught.value.problems


def test_every_problem_is_named_at_once(document: dict[str, object], tmp_path: Path) -> None:
    wrong = document | {"unheardOf": 1, "cluster": 5, "kind": "Cluster"}
    del wrong["loadBalancers"]
    problems = "\n".join(problems_of(yaml.safe_dump(wrong), tmp_path))
    for key in ("unheardOf", "cluster", "kind", "loadBalancers"):
        assert key in problems


@pytest.mark.parametrize("content", ["", "[]", "a: [", "just text", "\x00"])
def test_what_is_no_such_file_is_refused(content: str, tmp_path: Path) -> None:
    assert problems_of(content, tmp_path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InventoryError):
        load_inventory(tmp_path / "nowhere.yaml")


def test_addresses_are_addresses(document: dict[str, object], tmp_path: Path) -> None:
    text = yaml.safe_dump(document).replace("10.196.35.30", "10.196.35.300")
    assert any("virtualIP" in problem for problem in problems_of(text, tmp_path))
