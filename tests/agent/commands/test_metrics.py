"""`hagen agent metrics`: the exporter's table, for a person and as JSON."""

import json
from dataclasses import dataclass

from click.testing import CliRunner

from hagen.agent.program import group


@dataclass(frozen=True)
class Metric:
    name: str
    type: str
    labels: tuple[str, ...]
    documentation: str


TABLE = (
    Metric("hagen_vip_assigned", "gauge", (), "The kernel has the address."),
    Metric("hagen_hpa_desired_replicas", "gauge", ("namespace", "hpa"), "What it wants."),
)


def test_a_list() -> None:
    result = CliRunner().invoke(group, ["metrics"], obj=TABLE)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "hagen_vip_assigned  gauge", "    The kernel has the address.",
        "hagen_hpa_desired_replicas{namespace,hpa}  gauge", "    What it wants.",
    ]  # fmt: skip


def test_json() -> None:
    found = json.loads(CliRunner().invoke(group, ["metrics", "--json"], obj=TABLE).stdout)
    assert found[1] == {
        "name": "hagen_hpa_desired_replicas",
        "type": "gauge",
        "labels": ["namespace", "hpa"],
        "documentation": "What it wants.",
    }
