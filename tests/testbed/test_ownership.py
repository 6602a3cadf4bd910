"""Who held the address for how long, from the changes that the kernels told."""

from tests.testbed.ownership import _LINE, Change, held_by_many, moves


def test_two_holders_count_only_while_there_are_two() -> None:
    history = [Change(2.0, "b", gained=True), Change(5.0, "a", gained=False)]
    assert held_by_many(["a"], history, 0.0, 10.0) == 3.0
    assert held_by_many(["a"], history, 3.0, 4.0) == 1.0
    assert held_by_many(["a"], history, 6.0, 10.0) == 0.0
    assert held_by_many(["a"], [], 0.0, 10.0) == 0.0


def test_holders_that_stay_two_count_to_the_end() -> None:
    assert held_by_many(["a"], [Change(2.0, "b", gained=True)], 0.0, 10.0) == 8.0
    assert held_by_many(["a", "b"], [], 1.0, 4.0) == 3.0


def test_moves_are_gains() -> None:
    assert moves([Change(1, "a", gained=False), Change(2, "b", gained=True), Change(3, "a", gained=True)]) == 2


def test_the_kernels_lines_are_understood() -> None:
    gained = "[2026-01-02T03:04:05.678901] 2: enp5s0    inet 10.196.35.30/24 scope global secondary enp5s0\\       valid_lft forever"
    lost = "[2026-01-02T03:04:05.678901] Deleted 2: enp5s0    inet 10.196.35.30/24 scope global secondary enp5s0"
    assert (match := _LINE.match(gained))
    assert (match["address"], match["gone"]) == ("10.196.35.30", None)
    assert (match := _LINE.match(lost))
    assert match["gone"]
