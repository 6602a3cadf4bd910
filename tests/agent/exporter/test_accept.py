"""What a scraper prefers, it gets."""

import pytest

from hagen.agent.exporter.accept import preferred

OPENMETRICS, TEXT = "application/openmetrics-text", "text/plain"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", ""),
        ("*/*", ""),
        ("text/html", ""),
        (OPENMETRICS, OPENMETRICS),
        (f"{TEXT},{OPENMETRICS}", OPENMETRICS),
        (f"{OPENMETRICS};version=1.0.0", f"{OPENMETRICS};version=1.0.0"),
        (f"{OPENMETRICS}; VERSION=1.0.0 ; escaping=dots", f"{OPENMETRICS};version=1.0.0;escaping=dots"),
        (f"{OPENMETRICS};version=1.0.0;escaping=x", f"{OPENMETRICS};version=1.0.0"),
        (f"{TEXT};version=1.0.0;escaping=allow-utf-8", f"{TEXT};version=1.0.0;escaping=allow-utf-8"),
        # A Prometheus with `scrape_protocols: [PrometheusText0.0.4, OpenMetricsText1.0.0]`
        (f"{TEXT};version=0.0.4;q=0.6,{OPENMETRICS};version=1.0.0;q=0.5,*/*;q=0.2", ""),
        (f"{OPENMETRICS};version=1.0.0;q=0.6,{TEXT};version=0.0.4;q=0.5,*/*;q=0.2", f"{OPENMETRICS};version=1.0.0"),
        (f"{TEXT};version=1.0.0;q=0.6,{TEXT};version=0.0.4;q=0.6", f"{TEXT};version=1.0.0"),
        (f"{OPENMETRICS};q=0", ""),
        (f"{OPENMETRICS};q=0,{TEXT};q=0", ""),
        (f"{OPENMETRICS};version=0.0.1", ""),
        (f"{OPENMETRICS};version=9.9.9", ""),
        (f"{OPENMETRICS};version=x", ""),
        (f"{OPENMETRICS};q=x", ""),
        (f"{OPENMETRICS};q=nan", ""),
        (";;=,,;q", ""),
    ],
)
def test_what_is_served(accept: str, expected: str) -> None:
    assert preferred(accept) == expected
