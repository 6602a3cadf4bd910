"""Fields of the API's objects, as they should be and as they should not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hagen.agent.kubernetes.fields import count, number, quantity


@pytest.mark.parametrize(("text", "value"), [
    ("0", 0), ("5", 5), ("164m", 0.164), ("12500m", 12.5), ("1.5", 1.5), (".5", 0.5), ("1.", 1), ("-3", -3), ("+3", 3), ("100n", 1e-7), ("7u", 7e-6),
    ("2k", 2000), ("3M", 3e6), ("1E", 1e18), ("1Ki", 1024), ("256Mi", 2**28), ("1Ei", 2**60), ("1e3", 1000), ("12E-1", 1.2),
])  # fmt: skip
def test_a_quantity(text: str, value: float) -> None:
    assert quantity({"value": text}, "value") == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    "found", ["", "m", "1 Gi", "1K", "0x10", "1e", "1e999", "nan", "inf", "٤", "1Gi2", "1" * 31, 5, None, True, []]
)
def test_no_quantity(found: object) -> None:
    assert quantity({"value": found}, "value") is None


@given(st.text(alphabet="0123456789.+-eEkKmMiGnu", max_size=12))
def test_any_text_has_an_answer(text: str) -> None:
    found = quantity({"value": text}, "value")
    assert found is None or abs(found) < 1e120


def test_a_count_that_is_left_out_is_zero_only_where_there_is_something() -> None:
    assert count({"status": {"replicas": 3}}, "status", "readyReplicas") == 0
    assert count({"status": {}}, "status", "readyReplicas") is None
    assert count({}, "status", "readyReplicas") is None
    assert count({"status": {"readyReplicas": "3"}}, "status", "readyReplicas") is None


@pytest.mark.parametrize("found", [True, -1, 1.5, "3", None])
def test_no_number(found: object) -> None:
    assert number({"value": found}, "value") is None
