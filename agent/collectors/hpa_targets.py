"""The metrics that an autoscaler follows: where each is, and where it should be."""

from collections.abc import Mapping
from typing import Any

from ..kubernetes.fields import at, number, objects, quantity, text

# What a target is stated in; the status has several of them at once, and only that one compares.
_VALUES = ("averageUtilization", "averageValue", "value")
_PERCENT = 100
_SECTIONS = {
    "Resource": "resource",
    "ContainerResource": "containerResource",
    "Pods": "pods",
    "Object": "object",
    "External": "external",
}


def parse_targets(autoscaler: Mapping[str, Any]) -> dict[str, tuple[float | None, float | None]]:
    """Current and wanted value of each metric in the specification.

    Told apart as the controller tells them: "cpu", "containers/<container>/cpu", "pods/<metric>",
    "object/<kind>/<name>/<metric>", "external/<metric>". Two that differ in their selectors only cannot be told apart
    in the status, and are both unknown.
    """
    wanted = _by_metric(autoscaler, "spec", "metrics", "target")
    current = _by_metric(autoscaler, "status", "currentMetrics", "current")
    targets: dict[str, tuple[float | None, float | None]] = {}
    for metric, (section, *others) in wanted.items():
        aim = next((kind for kind in _VALUES if _value(section, kind) is not None), None)
        seen = current.get(metric, [])
        if others or aim is None:
            targets[metric] = None, None
        else:
            targets[metric] = _value(seen[0], aim) if len(seen) == 1 else None, _value(section, aim)
    return targets


def _by_metric(autoscaler: Mapping[str, Any], around: str, key: str, values: str) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {}
    for entry in objects(autoscaler, around, key):
        section = at(entry, _SECTIONS.get(text(entry, "type") or "", ""))
        metric = _metric(section, text(entry, "type") or "")
        if metric is not None:
            found.setdefault(metric, []).append(at(section, values))
    return found


def _metric(section: object, kind: str) -> str | None:
    """What the metric is called; None when a part of its name is missing."""
    own = text(section, "name") if kind in {"Resource", "ContainerResource"} else text(section, "metric", "name")
    parts: dict[str, tuple[str | None, ...]] = {
        "Resource": (own,),
        "ContainerResource": ("containers", text(section, "container"), own),
        "Pods": ("pods", own),
        "Object": ("object", text(section, "describedObject", "kind"), text(section, "describedObject", "name"), own),
        "External": ("external", own),
    }
    named = [part for part in parts.get(kind, (None,)) if part]
    return "/".join(named) if len(named) == len(parts.get(kind, (None,))) else None


def _value(section: object, kind: str) -> float | None:
    if kind == "averageUtilization":
        percent = number(section, kind)
        return None if percent is None else percent / _PERCENT
    return quantity(section, kind)
