"""The lab's autoscaler decides as the real one does."""

import os
import time

import pytest

from tests.testbed.autoscaling import cpu_seconds, recommended


@pytest.mark.parametrize(
    ("current", "utilization", "wanted"),
    [(3, 70, 3), (3, 76, 3), (3, 78, 4), (3, 64, 3), (3, 62, 3), (9, 20, 3), (3, 140, 6), (3, 280, 12), (5, 0, 0)],
)
def test_the_formula_with_its_tolerance(current: int, utilization: float, wanted: int) -> None:
    assert recommended(current, utilization) == wanted


def test_what_a_process_computed() -> None:
    before, end = cpu_seconds(os.getpid()), time.process_time() + 0.2
    while time.process_time() < end:
        pass
    assert 0.15 <= cpu_seconds(os.getpid()) - before <= 1
    with pytest.raises(OSError, match="No such file"):
        cpu_seconds(2**22 + 1)
