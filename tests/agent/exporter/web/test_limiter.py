"""The bucket, with a clock by hand."""

from hagen.agent.exporter.web.limiter import Limiter


def test_a_burst_and_then_one_for_each_interval() -> None:
    now = [0.0]
    limiter = Limiter(2.0, 3, clock=lambda: now[0])
    assert [limiter.admits() for _ in range(5)] == [True, True, True, False, False]
    now[0] = 0.5
    assert [limiter.admits() for _ in range(2)] == [True, False]
    now[0] = 100.0
    assert [limiter.admits() for _ in range(4)] == [True, True, True, False]


def test_without_a_rate_everybody_is_admitted() -> None:
    limiter = Limiter(None, 1)
    assert all(limiter.admits() for _ in range(100))
