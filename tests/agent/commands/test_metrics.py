"""`hagen agent metrics`: the exporter's table, for a person and as JSON."""

import json
from dataclasses import dataclass

from click.testing import CliRunner

from hagen.agent.program import group


@dataclass(frozen=True)
class Metric:
    subject: str
    name: str
    kind: str
    labels: tuple[str, ...]
    meaning: str
    source: str


TABLE = (
    Metric("Virtual IP", "hagen_vip_assigned", "gauge", (), "The address is here.", "the kernel"),
    Metric("Autoscalers", "hagen_hpa_desired_replicas", "gauge", ("namespace", "hpa"), "What it wants.", "its status"),
)


def test_a_list() -> None:
    result = CliRunner().invoke(group, ["metrics"], obj=TABLE)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "# Virtual IP", "hagen_vip_assigned  gauge", "    The address is here. Source: the kernel.",
        "# Autoscalers", "hagen_hpa_desired_replicas{namespace,hpa}  gauge", "    What it wants. Source: its status.",
    ]  # fmt: skip


def test_json() -> None:
    found = json.loads(CliRunner().invoke(group, ["metrics", "--json"], obj=TABLE).stdout)
    assert found[1] == {
        "subject": "Autoscalers", "name": "hagen_hpa_desired_replicas", "kind": "gauge", "labels": ["namespace", "hpa"],
        "meaning": "What it wants.", "source": "its status",
    }  # fmt: skip
