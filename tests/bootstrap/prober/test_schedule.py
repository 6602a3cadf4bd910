"""Absolute times; what was missed is left out."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from hagen.bootstrap.prober.schedule import Schedule, Ticker


@given(st.floats(0, 1e6), st.floats(0.001, 10), st.lists(st.floats(0, 20), max_size=20))
def test_what_is_due_is_on_the_grid_and_never_goes_back(start: float, interval: float, waits: list[float]) -> None:
    schedule, now = Schedule(start, interval), start
    for wait in waits:
        before = schedule.due
        now += wait
        schedule.advance(now)
        assert schedule.due > before
        assert abs((schedule.due - start) / interval - round((schedule.due - start) / interval)) < 1e-3
        assert schedule.due > now - 1e-6 or schedule.due - before < interval * 1.001


def test_in_time_nothing_is_left_out() -> None:
    schedule = Schedule(10.0, 0.5)
    seen = []
    for _ in range(4):
        seen.append(schedule.due)
        schedule.advance(schedule.due + 0.1)
    assert seen == [10.0, 10.5, 11.0, 11.5]


def test_a_pause_is_not_made_up_for() -> None:
    schedule = Schedule(10.0, 0.5)
    schedule.advance(12.2)
    assert schedule.due == 12.5


def test_a_late_tick_says_so() -> None:
    async def ticks() -> list[float]:
        loop = asyncio.get_running_loop()
        seen: list[float] = []
        enough = asyncio.Event()

        def tick(_: float, late: float) -> None:
            seen.append(late)
            if len(seen) >= 3:
                enough.set()

        ticker = Ticker(Schedule(loop.time() - 0.25, 0.1), tick)
        await asyncio.wait_for(enough.wait(), 20)
        ticker.cancel()
        return seen

    seen = asyncio.run(ticks())
    assert seen[0] >= 0.25
    assert all(late >= 0 for late in seen)
