"""Several questions at the same time."""

import threading

import pytest

from hagen.agent.collectors.together import together


def test_all_are_under_way_at_once() -> None:
    meeting = threading.Barrier(5, timeout=10)
    assert together("t", dict.fromkeys(range(5), lambda: meeting.wait() >= 0)) == dict.fromkeys(range(5), True)


def test_none() -> None:
    assert together("t", {}) == {}


def test_what_goes_wrong_is_raised_after_all_have_ended() -> None:
    ended = threading.Event()

    def slow() -> None:
        ended.wait(0.05)
        ended.set()

    def wrong() -> None:
        raise KeyError

    with pytest.raises(KeyError):
        together("t", {"a": wrong, "b": slow})
    assert ended.is_set()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("t_")]
