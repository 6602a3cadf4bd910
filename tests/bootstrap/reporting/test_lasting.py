"""Output that ends before the run."""

import threading

from hagen.bootstrap.events import Event, Kind
from hagen.bootstrap.reporting.lasting import Lasting

EVENT = Event(Kind.CHANGED, 0.0, "launch", "m1", "made")


def test_what_can_be_told_is_told() -> None:
    heard, stop = list[Event](), threading.Event()
    lasting = Lasting(heard.append, stop)
    lasting(EVENT)
    assert (heard, stop.is_set(), lasting.error) == ([EVENT], False, None)


def test_a_reader_that_went_away_ends_the_run_in_order() -> None:
    times, stop = list[int](), threading.Event()

    def listener(_: Event) -> None:
        times.append(1)
        raise BrokenPipeError

    lasting = Lasting(listener, stop)
    lasting(EVENT)
    lasting(EVENT)
    assert isinstance(lasting.error, BrokenPipeError)
    assert (len(times), stop.is_set()) == (1, True)
