"""One scrape of one agent, as data. Pure; the names are those of docs/metrics.md."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from prometheus_client.parser import text_string_to_metric_families

_TRUE: Final = 1.0


class NotMetrics(ValueError):  # noqa: N818 - it says what is the matter
    """Somebody answered who is no agent."""


@dataclass(frozen=True)
class Sample:
    """Values by metric, each with its labels. A metric that is absent is not known: there is no default of 0."""

    metrics: Mapping[str, tuple[tuple[Mapping[str, str], float], ...]] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str) -> "Sample":
        """Of the text format (Prometheus' exposition formats). NotMetrics for anything else."""
        found: dict[str, list[tuple[Mapping[str, str], float]]] = {}
        try:
            for family in text_string_to_metric_families(text):
                for one in family.samples:
                    found.setdefault(one.name, []).append((one.labels, one.value))
        except (ValueError, KeyError, IndexError) as error:
            raise NotMetrics(f"not the text format of Prometheus: {error}") from error
        if "hagen_build_info" not in found:
            raise NotMetrics("no hagen_build_info among its metrics")
        return cls({name: tuple(values) for name, values in found.items()})

    def all(self, metric: str, **labels: str) -> Iterator[tuple[Mapping[str, str], float]]:
        """Every value of a metric that has these labels."""
        for found, value in self.metrics.get(metric, ()):
            if labels.items() <= found.items():
                yield found, value

    def one(self, metric: str, **labels: str) -> float | None:
        """The value, None when there is none (or there are several: nobody can say which)."""
        values = [value for _, value in self.all(metric, **labels)]
        return values[0] if len(values) == 1 else None

    def yes(self, metric: str, **labels: str) -> bool | None:
        """A value of 0 or 1; None when it is not known."""
        value = self.one(metric, **labels)
        return None if value is None else value == _TRUE

    def by(self, metric: str, label: str, **labels: str) -> dict[str, float]:
        """Values by one of their labels."""
        return {found[label]: value for found, value in self.all(metric, **labels) if label in found}

    def state(self, metric: str, label: str, **labels: str) -> str | None:
        """Of a state set: the one state that is true."""
        true = [found[label] for found, value in self.all(metric, **labels) if value == _TRUE]
        return true[0] if len(true) == 1 else None

    def verdicts(self) -> dict[str, str]:
        """The agent's verdicts by name: ok, degraded, unknown, critical. Autoscalers: "hpa NAMESPACE/NAME"."""
        subjects = {found["verdict"] for found, _ in self.all("hagen_verdict")}
        said = {name: self.state("hagen_verdict", "state", verdict=name) or "unknown" for name in sorted(subjects)}
        for found, value in self.all("hagen_hpa_status"):
            if value == _TRUE:
                name = f"hpa {found['namespace']}/{found['hpa']}"
                said[name] = "ok" if found["status"] == "healthy" else found["status"]
        return said

    def leader(self) -> str | None:
        """The one etcd member that says that it leads."""
        leading = [name for name, value in self.by("hagen_etcd_member_is_leader", "member").items() if value == _TRUE]
        return leading[0] if len(leading) == 1 else None

    def bound(self, fault: str) -> float | None:
        """Seconds within which clients are served again after a fault, by the live configuration; None: not known."""
        return self.one("hagen_failover_bound_seconds", fault=fault)
