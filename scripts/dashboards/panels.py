"""Kinds of panels, and queries that several dashboards ask. Facts of several agents are combined as the rules do it."""

from collections.abc import Sequence

from .style import BAD, GOOD, OWN, POOR, Panel, Query, yes_no

Steps = Sequence[tuple[float | None, str]]
BALANCER = "{{load_balancer}}"
TOLERANCE = ((None, BAD), (1, GOOD))
RATIO = ((None, GOOD), (0.01, POOR), (0.5, BAD))


def state(title: str, expr: str, description: str, yes: str, no: str, width: int = 4) -> Panel:
    """A fact that is 1 or 0, now."""
    return Panel(title, description, [Query(expr)], "stat", width=width, height=4, text=yes_no(yes, no))


def timeline(title: str, expr: str, legend: str, description: str, yes: str, no: str) -> Panel:
    """A fact that is 1 or 0, over time."""
    return Panel(title, description, [Query(expr, legend)], "state-timeline", text=yes_no(yes, no), maximum=1)


def chosen(title: str, expr: str, legend: str, description: str) -> Panel:
    """A set of states, of which one is 1 at a time."""
    names = {"1": ("is", GOOD), "0": ("is not", "transparent")}
    return Panel(title, description, [Query(expr, legend)], "state-timeline", text=names, maximum=1)


def graph(
    title: str,
    expr: str,
    legend: str,
    description: str,
    unit: str = "short",
    steps: Steps = ((None, GOOD),),
    maximum: float | None = None,
) -> Panel:
    """A number over time; `steps`: from which value on which colour."""
    return Panel(title, description, [Query(expr, legend)], unit=unit, steps=steps, maximum=maximum)


def of(metric: str, more: str = "") -> str:
    """A metric of the cluster that is chosen; `more`: further matchers."""
    return f"{metric}{{{OWN}{', ' + more if more else ''}}}"


def highest(by: str, metric: str, more: str = "") -> str:
    """What any agent sees of it."""
    return f"max by ({by}) ({of(metric, more)})"


QUORUM = highest("cluster", "hagen_etcd_quorum")
GALERA_QUORUM = highest("namespace, pxc", "hagen_galera_quorum")
FAILURES = (
    f"sum by (load_balancer, check) (rate({of('hagen_vip_probe_failures_total')}[$__rate_interval]))"
    f" / sum by (load_balancer, check) (rate({of('hagen_vip_probes_total')}[$__rate_interval]))"
)
MEAN_LATENCY = (
    f"sum by (load_balancer, check) (rate({of('hagen_vip_probe_duration_seconds_sum')}[$__rate_interval]))"
    f" / sum by (load_balancer, check) (rate({of('hagen_vip_probe_duration_seconds_count')}[$__rate_interval]))"
)
BLIND = highest("namespace, hpa", "hagen_hpa_condition", 'condition="ScalingActive", status="false"')
HOLDER = f"sum by (vip) ({highest('vip, load_balancer', 'hagen_vip_assigned')})"
