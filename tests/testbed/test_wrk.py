"""What wrk reports, as the load of the stress reads it. The reports are those of wrk 4.1.0."""

import pytest

from tests.testbed import wrk
from tests.testbed.errors import TestbedError

_GOOD = """Running 20s test @ http://192.0.2.30/
  1 threads and 32 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency    13.95ms   11.41ms 170.99ms   87.72%
    Req/Sec     2.52k   494.28     3.77k    66.50%
  50146 requests in 20.02s, 8.13MB read
Requests/sec:   2504.62
Transfer/sec:    415.80KB
"""
_BAD = _GOOD.replace(
    "Requests/sec",
    "  Socket errors: connect 1, read 20, write 300, timeout 4000\n  Non-2xx or 3xx responses: 50000\nRequests/sec",
)


def test_requests_are_counted() -> None:
    assert wrk.read(_GOOD) == wrk.Load(50146, 0)


def test_everything_that_went_wrong_is_a_failure() -> None:
    assert wrk.read(_BAD) == wrk.Load(50146, 54321)


@pytest.mark.parametrize("report", ["", "unable to connect to 192.0.2.30:80 Connection refused\n"])
def test_no_report_is_an_error_with_its_words(report: str) -> None:
    with pytest.raises(TestbedError, match=r"client wrk: no report: (it said nothing|unable to connect)"):
        wrk.read(report)


def test_time_is_whole_seconds_and_never_too_short() -> None:
    assert "3s" in wrk.command("http://192.0.2.30/", 2.1, 4)
    assert "2s" in wrk.command("http://192.0.2.30/", 2.0, 4)
