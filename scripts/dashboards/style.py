"""How every dashboard of hagen looks: one place for units, colours, thresholds, legends and sizes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

WIDTH = 24
OWN = 'cluster="$cluster"'
GOOD, POOR, BAD, IDLE = "green", "orange", "red", "blue"
_SOURCE = {"type": "prometheus", "uid": "$datasource"}


@dataclass(frozen=True)
class Query:
    """One PromQL expression and its legend."""

    expr: str
    legend: str = ""


@dataclass(frozen=True)
class Panel:
    """One panel. `kind`: stat, timeseries, table, state-timeline. `steps`: (from, colour), the first from anything on.

    `text`: what a value is called ("0": ("no quorum", BAD)). `description` is required: it says what good looks like.
    """

    title: str
    description: str
    queries: Sequence[Query]
    kind: str = "timeseries"
    unit: str = "short"
    width: int = 12
    height: int = 7
    steps: Sequence[tuple[float | None, str]] = ((None, GOOD),)
    text: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    minimum: float | None = 0
    maximum: float | None = None


@dataclass(frozen=True)
class Row:
    """A heading, and the panels below it."""

    title: str
    panels: Sequence[Panel]


@dataclass(frozen=True)
class Dashboard:
    """One page. `name` is its file and the end of its address."""

    name: str
    title: str
    description: str
    rows: Sequence[Row]


def yes_no(yes: str, no: str) -> dict[str, tuple[str, str]]:
    """What 1 and 0 are called where 1 is good."""
    return {"1": (yes, GOOD), "0": (no, BAD)}


def document(dashboard: Dashboard) -> Json:
    """What Grafana (schema 39, version 11 and newer) reads."""
    panels: list[Json] = []
    top = 0
    for row in dashboard.rows:
        panels.append(_heading(row.title, len(panels) + 1, top))
        top += 1
        left = height = 0
        for panel in row.panels:
            if left + panel.width > WIDTH:
                left, top, height = 0, top + height, 0
            panels.append(_panel(panel, len(panels) + 1, left, top))
            left, height = left + panel.width, max(height, panel.height)
        top += height
    return {
        "uid": f"hagen-{dashboard.name}",
        "title": f"hagen / {dashboard.title}",
        "description": dashboard.description,
        "tags": ["hagen"],
        "schemaVersion": 39,
        "version": 1,
        "editable": False,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "timezone": "browser",
        "templating": {"list": _variables()},
        "links": [
            {
                "type": "dashboards",
                "title": "hagen",
                "tags": ["hagen"],
                "asDropdown": False,
                "includeVars": True,
                "keepTime": True,
            }
        ],
        "annotations": {"list": [_alerts()]},
        "panels": panels,
    }


def _variables() -> list[Json]:
    return [
        {"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus"},
        {
            "name": "cluster",
            "label": "Cluster",
            "type": "query",
            "datasource": _SOURCE,
            "query": {"query": "label_values(hagen_build_info, cluster)", "refId": "cluster"},
            "refresh": 2,
            "sort": 1,
        },
    ]


def _alerts() -> Json:
    return {
        "name": "Alerts",
        "datasource": _SOURCE,
        "enable": True,
        "iconColor": BAD,
        "expr": f'ALERTS{{alertname=~"Hagen.+", alertstate="firing", severity="critical", {OWN}}}',
        "titleFormat": "{{alertname}}",
    }


def _heading(title: str, number: int, top: int) -> Json:
    place = {"h": 1, "w": WIDTH, "x": 0, "y": top}
    return {"id": number, "type": "row", "title": title, "collapsed": False, "gridPos": place, "panels": []}


def _panel(panel: Panel, number: int, left: int, top: int) -> Json:
    defaults: Json = {
        "unit": panel.unit,
        "min": panel.minimum,
        "max": panel.maximum,
        "noValue": "unknown",
        "thresholds": {"mode": "absolute", "steps": [{"value": value, "color": color} for value, color in panel.steps]},
        "color": {"mode": "palette-classic" if panel.kind == "timeseries" else "thresholds"},
        "mappings": _mappings(panel.text),
        "custom": _CUSTOM.get(panel.kind, {}),
    }
    instant = panel.kind in {"stat", "table"}
    return {
        "id": number,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.description,
        "datasource": _SOURCE,
        "gridPos": {"h": panel.height, "w": panel.width, "x": left, "y": top},
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "options": _OPTIONS[panel.kind],
        "targets": [
            {
                "refId": chr(ord("A") + index),
                "datasource": _SOURCE,
                "expr": query.expr,
                "legendFormat": query.legend or "__auto",
                "instant": instant,
                "range": not instant,
                "format": "table" if panel.kind == "table" else "time_series",
            }
            for index, query in enumerate(panel.queries)
        ],
    }


def _mappings(text: Mapping[str, tuple[str, str]]) -> list[Json]:
    values = {
        value: {"text": name, "color": color, "index": index}
        for index, (value, (name, color)) in enumerate(text.items())
    }
    return [{"type": "value", "options": values}] if values else []


_CUSTOM: dict[str, Json] = {
    "timeseries": {
        "lineWidth": 1,
        "fillOpacity": 10,
        "showPoints": "never",
        "spanNulls": False,
        "thresholdsStyle": {"mode": "dashed"},
    },
    "state-timeline": {"lineWidth": 0, "fillOpacity": 80, "spanNulls": False},
}
_OPTIONS: dict[str, Json] = {
    "stat": {
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "colorMode": "background",
        "graphMode": "none",
        "textMode": "value_and_name",
    },
    "timeseries": {
        "legend": {"displayMode": "table", "placement": "bottom", "calcs": ["lastNotNull", "max"]},
        "tooltip": {"mode": "multi"},
    },
    "state-timeline": {
        "legend": {"displayMode": "list", "placement": "bottom"},
        "mergeValues": True,
        "rowHeight": 0.9,
        "showValue": "auto",
    },
    "table": {"showHeader": True, "cellHeight": "sm"},
}
