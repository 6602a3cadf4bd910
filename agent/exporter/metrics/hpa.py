"""The autoscalers, with the reasons of their conditions."""

from collections.abc import Callable, Iterator

from ...health import HPAStatus
from ...snapshot import Autoscaler
from ..metric import Kind, Metric, Sample, states
from ..sources import View

_HPA = ("namespace", "hpa")
_STATUS, _SPEC = "status of the HorizontalPodAutoscaler", "spec of the HorizontalPodAutoscaler"
_CONDITIONS = {True: "true", False: "false", None: "unknown"}
# Reasons that the controller gives (kubernetes/pkg/controller/podautoscaler); anything else becomes "other".
_REASONS = frozenset({
    "AbsentTargetRef", "AmbiguousSelector", "BackoffBoth", "BackoffDownscale", "BackoffUpscale", "DesiredWithinRange",
    "FailedComputeMetricsReplicas", "FailedGetContainerResourceMetric", "FailedGetExternalMetric",
    "FailedGetObjectMetric", "FailedGetPodsMetric", "FailedGetResourceMetric", "FailedGetScale", "FailedUpdateScale",
    "InvalidMetricSourceType", "InvalidSelector", "ReadyForNewScale", "ScaleDownLimit", "ScaleDownStabilized",
    "ScaleUpLimit", "ScaleUpStabilized", "ScalingDisabled", "SucceededGetScale", "SucceededRescale", "TooFewReplicas",
    "TooManyReplicas", "ValidMetricFound",
})  # fmt: skip


def _all(view: View) -> Iterator[tuple[tuple[str, str], Autoscaler]]:
    if view.snapshot.hpa is not None:
        for name, autoscaler in view.snapshot.hpa.autoscalers.items():
            yield _labels(name), autoscaler


def _labels(name: str) -> tuple[str, str]:
    namespace, _, hpa = name.partition("/")
    return namespace, hpa


def _each(read: Callable[[Autoscaler], float | None]) -> Callable[[View], Iterator[Sample]]:
    return lambda view: ((labels, read(autoscaler)) for labels, autoscaler in _all(view))


def _status(view: View) -> Iterator[Sample]:
    for name, health in view.health.hpa.items():
        yield from states(HPAStatus, health.status, *_labels(name))


def _conditions(view: View) -> Iterator[Sample]:
    for labels, autoscaler in _all(view):
        for kind, condition in autoscaler.conditions.items():
            yield from states(_CONDITIONS.values(), _CONDITIONS[condition.status], *labels, kind)


def _reasons(view: View) -> Iterator[Sample]:
    for labels, autoscaler in _all(view):
        for kind, condition in autoscaler.conditions.items():
            if condition.reason:
                yield (*labels, kind, condition.reason if condition.reason in _REASONS else "other"), 1


def _targets(place: int) -> Callable[[View], Iterator[Sample]]:
    def samples(view: View) -> Iterator[Sample]:
        for labels, autoscaler in _all(view):
            for metric, values in autoscaler.targets.items():
                yield (*labels, metric), values[place]

    return samples


def _number(name: str, meaning: str, source: str, read: Callable[[Autoscaler], float | None]) -> Metric:
    return Metric(f"hpa_{name}", Kind.GAUGE, meaning, source, _HPA, _each(read))


METRICS = (
    Metric(
        "hpa_status",
        Kind.STATES,
        "What is to be said first of an autoscaler: healthy, absent, blind (no metrics), disabled, stuck or capped.",
        "judged from its conditions and replicas",
        (*_HPA, "status"),
        _status,
    ),
    _number(
        "present", "Whether the cluster has the autoscaler.", "the API's list", lambda autoscaler: autoscaler.present
    ),
    Metric(
        "hpa_condition",
        Kind.STATES,
        "Conditions as the controller states them: true, false or unknown. ScalingLimited alone is no fault.",
        _STATUS,
        (*_HPA, "condition", "status"),
        _conditions,
    ),
    Metric(
        "hpa_condition_reason_info",
        Kind.INFO,
        "Why a condition is as it is; a reason that the agent does not know is called other.",
        _STATUS,
        (*_HPA, "condition", "reason"),
        _reasons,
    ),
    _number("min_replicas", "Fewest replicas allowed.", _SPEC, lambda autoscaler: autoscaler.minimum),
    _number("max_replicas", "Most replicas allowed.", _SPEC, lambda autoscaler: autoscaler.maximum),
    _number("current_replicas", "Replicas there are.", _STATUS, lambda autoscaler: autoscaler.current),
    _number("desired_replicas", "Replicas that it wants.", _STATUS, lambda autoscaler: autoscaler.desired),
    _number(
        "target_ready_replicas",
        "Replicas that are ready.",
        "status of what the autoscaler scales",
        lambda autoscaler: autoscaler.ready,
    ),
    _number(
        "last_scale_timestamp_seconds",
        "When it last changed the number of replicas, in seconds since the epoch.",
        _STATUS,
        lambda autoscaler: autoscaler.last_scale,
    ),
    Metric(
        "hpa_metric_current",
        Kind.GAUGE,
        "A metric that it scales by, now, in the metric's own unit.",
        _STATUS,
        (*_HPA, "metric"),
        _targets(0),
    ),
    Metric(
        "hpa_metric_wanted",
        Kind.GAUGE,
        "The value at which it holds a metric, in the metric's own unit.",
        _SPEC,
        (*_HPA, "metric"),
        _targets(1),
    ),
)
