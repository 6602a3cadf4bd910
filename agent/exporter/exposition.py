"""From the table to the text formats of Prometheus and OpenMetrics. The only importer of prometheus_client."""

import math
from collections.abc import Iterable, Iterator, Sequence

from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
)
from prometheus_client.core import (
    Metric as Family,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from .accept import preferred
from .metric import Distribution, Kind, Metric, Value
from .metrics import TABLE
from .sources import View


class ViewCollector(Collector):
    """The agent's metrics, of one view."""

    def __init__(self, view: View | None, table: Iterable[Metric] = TABLE) -> None:
        self._view = view
        self._table = tuple(table)

    def describe(self) -> Iterator[Family]:
        """Every metric there may be, without samples."""
        return (_family(metric) for metric in self._table)

    def collect(self) -> Iterator[Family]:
        """Every metric of which something is known."""
        if self._view is None:
            return
        for metric in self._table:
            family = _family(metric)
            for labels, value in metric.samples(self._view):
                _add(family, metric, labels, value)
            if family.samples:
                yield family


def expose(view: View, accept: str = "", names: Sequence[str] = ()) -> tuple[bytes, str]:
    """The body and its content type, in the format that the client likes best.

    `names`: only these series, as client libraries' `name[]` parameter has it; none: everything.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(ViewCollector(view))
    ProcessCollector(registry=registry)
    encode, content_type = choose_encoder(preferred(accept))
    return encode(registry.restricted_registry(names) if names else registry), content_type


def _family(metric: Metric) -> Family:
    name, labels = metric.full_name, metric.labels
    match metric.kind:
        case Kind.COUNTER:
            return CounterMetricFamily(name, metric.help, labels=labels)
        case Kind.INFO:
            return InfoMetricFamily(name.removesuffix("_info"), metric.help, labels=labels)
        case Kind.HISTOGRAM:
            return HistogramMetricFamily(name, metric.help, labels=labels)
        case Kind.GAUGE | Kind.STATES:
            return GaugeMetricFamily(name, metric.help, labels=labels)


def _add(family: Family, metric: Metric, labels: tuple[str, ...], value: Value) -> None:
    named = dict(zip(metric.labels, labels, strict=True))
    if isinstance(value, Distribution):
        if isinstance(family, HistogramMetricFamily):
            buckets = [(_bound(bound), float(count)) for bound, count in sorted(value.buckets.items())]
            family.add_metric(list(labels), buckets, value.total)
        return
    suffix = {Kind.COUNTER: "_total", Kind.INFO: "_info"}.get(metric.kind, "")
    family.add_sample(family.name + suffix, named, float(value))


def _bound(bound: float) -> str:
    return "+Inf" if bound == math.inf else str(float(bound))
