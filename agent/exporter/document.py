"""The table as a document, and as rows for `hagen agent metrics`."""

from typing import NamedTuple

from .metric import Metric
from .metrics import SUBJECTS


class Row(NamedTuple):
    """One metric, for a person."""

    subject: str
    name: str
    kind: str
    labels: tuple[str, ...]
    meaning: str
    source: str


def rows() -> list[Row]:
    """Every metric, in the order of the document."""
    return [_row(subject, metric) for subject, metrics in SUBJECTS.items() for metric in metrics]


def _row(subject: str, metric: Metric) -> Row:
    return Row(subject, metric.full_name, metric.kind, metric.labels, metric.meaning, metric.source)


_HEAD = """\
# Metrics of the agent

Made from `agent/exporter/metrics/` by `make update`. `hagen agent metrics` prints the same.

What is not known is *absent*, never 0: no answer in time, an answer that is too old, or one that proves neither. So a
rule on `== 0` fires only on what was seen, and `absent()` and `hagen_collector_success` cover the rest. Yes is 1 and no
is 0. A *state set* is one gauge for each state, the present one 1 and the others 0.

Everything comes from the agent's last snapshot (a collector's interval old at most, see
`hagen_collector_last_success_timestamp_seconds`), so that no target can delay a scrape. `process_*` of the agent's own
process is there as well.
"""


def page() -> str:
    """docs/metrics.md."""
    parts = [_HEAD]
    for subject in SUBJECTS:
        parts.append(f"\n## {subject}\n| Metric | Type | Labels | Meaning | Source |\n|---|---|---|---|---|\n")
        parts += [_line(row) for row in rows() if row.subject == subject]
    return "".join(parts)


def _line(row: Row) -> str:
    labels = ", ".join(f"`{label}`" for label in row.labels)
    return f"| `{row.name}` | {row.kind} | {labels} | {row.meaning} | {row.source} |\n"
