"""Every metric of the agent. One module for each subject; a new metric is one entry in one of them."""

from ..metric import Metric
from . import apiserver, build, collectors, etcd, galera, haproxy, hpa, keepalived, settings, verdicts, vip, web

SUBJECTS: dict[str, tuple[Metric, ...]] = {
    "Verdicts": verdicts.METRICS,
    "Virtual IP": vip.METRICS,
    "keepalived": keepalived.METRICS,
    "Load balancer": haproxy.METRICS,
    "API servers": apiserver.METRICS,
    "etcd": etcd.METRICS,
    "Galera": galera.METRICS,
    "Autoscalers": hpa.METRICS,
    "Configuration": settings.METRICS,
    "Collectors": collectors.METRICS,
    "The agent itself": build.METRICS + web.METRICS,
}
TABLE: tuple[Metric, ...] = tuple(metric for metrics in SUBJECTS.values() for metric in metrics)
