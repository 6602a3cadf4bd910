"""Rules and dashboards: sound, of metrics that exist, with a page each; and every alert fires when it must, and not otherwise."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from hagen.agent.exporter.document import rows
from scripts.dashboards import files as dashboards
from tests.gitops.promtool import CLUSTER, METRIC, case_document, parse, run
from tests.support import ROOT, VALID, name_of, planned, rendered

ALERTS = Path(__file__).parent / "alerts"
LISTED = yaml.safe_load((ALERTS / "cases.yaml").read_text())
LABELS = {row.name: set(row.labels) for row in rows()}
KNOWN = {
    series
    for row in rows()
    for series in (
        [f"{row.name}_{part}" for part in ("bucket", "sum", "count")] if row.kind == "histogram" else [row.name]
    )
}
# What Prometheus adds when it scrapes with the rendered file, and a histogram's bound.
ADDED = {"cluster", "load_balancer", "job", "instance", "le"}
SELECTOR = re.compile(r"(hagen_\w+)\{([^}]*)\}")
REFERENCE = next(path for path in VALID if path.stem == "reference")
SOURCES = ROOT / "gitops-template/components/monitoring/#{cookiecutter.directory}#/base/dashboards"

every_fixture = pytest.mark.parametrize("fixture", VALID, ids=name_of)


def overlay(fixture: Path, name: str) -> str:
    cluster = planned(fixture.read_bytes()).name
    return rendered(fixture)[f"monitoring/overlays/{cluster}/{name}"].content.decode()


def rules_of(fixture: Path) -> list[dict[str, Any]]:
    groups = yaml.safe_load(overlay(fixture, "rules.yaml"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def queries(value: Any) -> Iterator[str]:
    """Every PromQL expression of a dashboard."""
    if isinstance(value, dict):
        yield from (entry for key, entry in value.items() if key == "expr")
        yield from (query for entry in value.values() for query in queries(entry))
    elif isinstance(value, list):
        yield from (query for entry in value for query in queries(entry))


@every_fixture
def test_rules_are_sound(fixture: Path, tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(overlay(fixture, "rules.yaml"))
    code, output = run("check", "rules", "--lint-fatal", path)
    assert code == 0, output


@every_fixture
def test_the_object_has_the_same_rules(fixture: Path) -> None:
    plain = yaml.safe_load(overlay(fixture, "rules.yaml"))
    assert yaml.safe_load(overlay(fixture, "rule-object/rules.yaml"))["spec"] == plain


@every_fixture
def test_every_alert_has_its_page_and_its_words(fixture: Path) -> None:
    alerts = [rule for rule in rules_of(fixture) if "alert" in rule]
    page = overlay(fixture, "ALERTS.md")
    headings = [line.removeprefix("### ") for line in page.splitlines() if line.startswith("### ")]
    assert sorted(headings) == sorted(rule["alert"] for rule in alerts)
    for rule in alerts:
        assert rule["annotations"]["runbook_url"].endswith(f"/ALERTS.md#{rule['alert'].lower()}")
        assert rule["labels"]["severity"] in {"critical", "warning", "info"}
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["description"].endswith(".")


@every_fixture
def test_rules_ask_for_metrics_that_exist_and_of_this_cluster_only(fixture: Path) -> None:
    rules = rules_of(fixture)
    known = KNOWN | {rule["record"] for rule in rules if "record" in rule}
    cluster = planned(fixture.read_bytes()).name
    for rule in rules:
        names = METRIC.findall(rule["expr"])
        assert set(names) <= known, rule["expr"]
        assert rule["expr"].count(f'cluster="{cluster}"') >= len(names), rule["expr"]


def test_rules_ask_for_labels_that_the_agent_gives() -> None:
    asked = [(name, label) for rule in rules_of(REFERENCE) for name, label in selected(rule["expr"])]
    asked += [
        (name, label)
        for board in dashboards().values()
        for q in queries(json.loads(board))
        for name, label in selected(q)
    ]
    assert len(asked) > 100
    wrong = {(name, label) for name, label in asked if label not in LABELS[name] | ADDED}
    assert not wrong


def selected(query: str) -> Iterator[tuple[str, str]]:
    """Metric and label of every matcher."""
    for name, matchers in SELECTOR.findall(query):
        metric = name if name in LABELS else re.sub(r"_(bucket|sum|count)$", "", name)
        yield from ((metric, label) for label in re.findall(r"(\w+)\s*[=!]", matchers))


@pytest.mark.parametrize("case", LISTED["cases"], ids=lambda case: case["name"].replace(" ", "-"))
def test_alerts_fire_when_they_must_and_not_otherwise(case: dict[str, Any], tmp_path: Path) -> None:
    rules, test = tmp_path / "rules.yaml", tmp_path / "test.yaml"
    rules.write_text(overlay(REFERENCE, "rules.yaml"))
    test.write_text(yaml.safe_dump(case_document(rules, case, LISTED["base"])))
    code, output = run("test", "rules", test)
    assert code == 0, output


@pytest.mark.parametrize("fires", [[], ["HagenVIPSplitBrain", "HagenBlind"], ["HagenVIPOrphan"]], ids=str)
def test_a_case_that_is_wrong_is_found(fires: list[str], tmp_path: Path) -> None:
    case = next(case for case in LISTED["cases"] if case["fires"] == ["HagenVIPSplitBrain"])
    rules, test = tmp_path / "rules.yaml", tmp_path / "test.yaml"
    rules.write_text(overlay(REFERENCE, "rules.yaml"))
    test.write_text(yaml.safe_dump(case_document(rules, case | {"fires": fires}, LISTED["base"])))
    assert run("test", "rules", test)[0] != 0


def test_every_alert_has_a_case() -> None:
    fired = {name for case in LISTED["cases"] for name in case["fires"]}
    assert fired == {rule["alert"] for rule in rules_of(REFERENCE) if "alert" in rule}
    assert planned(REFERENCE.read_bytes()).name == CLUSTER


@pytest.mark.parametrize("name", dashboards())
def test_dashboards_are_made_from_their_sources(name: str) -> None:
    path = SOURCES / f"{name}.json"
    if os.environ.get("HAGEN_UPDATE"):
        path.write_text(dashboards()[name])
    assert path.read_text() == dashboards()[name], "run `make update`"


@pytest.mark.parametrize("name", dashboards())
def test_dashboards_ask_for_metrics_that_exist(name: str, tmp_path: Path) -> None:
    content = json.loads(rendered(REFERENCE)[f"monitoring/base/dashboards/{name}.json"].content)
    asked = list(queries(content["panels"])) + list(queries(content["annotations"]))
    assert len(asked) > len(content["panels"]) / 2
    assert not parse(asked, tmp_path)
    for query in asked:
        assert set(METRIC.findall(query)) <= KNOWN, query
        assert 'cluster="$cluster"' in query
    for panel in content["panels"]:
        assert panel["type"] == "row" or (panel["description"] and panel["targets"]), panel["title"]
    boxes = [panel["gridPos"] for panel in content["panels"]]
    cells = [
        (x, y)
        for box in boxes
        for x in range(box["x"], box["x"] + box["w"])
        for y in range(box["y"], box["y"] + box["h"])
    ]
    assert len(cells) == len(set(cells)), "panels lie upon one another"


def test_every_metric_has_a_panel() -> None:
    shown = {
        name
        for board in dashboards().values()
        for query in queries(json.loads(board))
        for name in METRIC.findall(query)
    }
    assert KNOWN - shown == set()


def test_a_wrong_query_is_found(tmp_path: Path) -> None:
    assert "parse error" in parse(["sum by (hagen_up"], tmp_path)
