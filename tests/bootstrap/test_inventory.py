"""inventory.yaml: what the loader refuses, and how it says so."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

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


def _twice(data: dict[str, Any]) -> None:
    data["machines"].append(data["machines"][-1])


def _nobody_first(data: dict[str, Any]) -> None:
    data["kubernetes"]["firstControlPlane"] = "k8s-worker-1"


def _a_balancer_less(data: dict[str, Any]) -> None:
    del data["loadBalancers"][1]


def _a_balancer_too_many(data: dict[str, Any]) -> None:
    data["loadBalancers"].append({**data["loadBalancers"][0], "name": "k8s-worker-1"})


CONTRADICTIONS = {
    _twice: [
        "machines: two have the name k8s-worker-3; render it anew",
        "machines: two have the address 10.196.35.26; render it anew",
    ],
    _nobody_first: [
        "kubernetes.firstControlPlane: k8s-worker-1 is no control plane; there are: k8s-master-1, k8s-master-2, k8s-master-3"
    ],
    _a_balancer_less: ["loadBalancers: k8s-lb-2 is missing"],
    _a_balancer_too_many: ["loadBalancers: k8s-worker-1 is no machine that is a load balancer"],
}


@pytest.mark.parametrize("edit", CONTRADICTIONS)
def test_what_contradicts_itself_is_refused(
    document: dict[str, Any], tmp_path: Path, edit: Callable[[dict[str, Any]], None]
) -> None:
    edit(document)
    assert list(problems_of(yaml.safe_dump(document), tmp_path)) == CONTRADICTIONS[edit]
