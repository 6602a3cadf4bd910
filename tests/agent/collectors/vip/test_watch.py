"""From the kernel's messages to comings and goings."""

import threading
from ipaddress import IPv4Address
from pathlib import Path

from hagen.agent.clock import SystemClock
from hagen.agent.collectors.vip.netlink import Address
from hagen.agent.collectors.vip.watch import AddressWatch, Movement, Movements

VIP, OTHER = IPv4Address("192.0.2.30"), IPv4Address("192.0.2.31")


def moved(start: frozenset[int], *events: tuple[IPv4Address, int, bool]) -> Movements:
    movement = Movement(VIP, start)
    for time, (address, interface, there) in enumerate(events, 1):
        movement.take(Address(address, interface, there), float(time))
    return movement.seen


def test_what_was_there_at_the_start_is_no_movement() -> None:
    assert moved(frozenset({1})) == Movements()
    assert moved(frozenset({1}), (VIP, 1, True)) == Movements()


def test_it_comes_and_goes() -> None:
    assert moved(frozenset(), (VIP, 1, True)) == Movements(1, 0, 1.0)
    assert moved(frozenset(), (VIP, 1, True), (VIP, 1, True), (VIP, 1, False)) == Movements(1, 1, 3.0)
    assert moved(frozenset({1}), (VIP, 1, False), (VIP, 1, False)) == Movements(0, 1, 1.0)


def test_other_addresses_are_nobodys_business() -> None:
    assert moved(frozenset(), (OTHER, 1, True), (OTHER, 1, False)) == Movements()


def test_on_two_interfaces_it_is_gone_when_it_is_gone_from_both() -> None:
    assert moved(frozenset({1}), (VIP, 2, True), (VIP, 1, False)) == Movements()
    assert moved(frozenset({1}), (VIP, 2, True), (VIP, 1, False), (VIP, 2, False)) == Movements(0, 1, 3.0)


def test_after_missed_messages_the_truth_counts() -> None:
    movement = Movement(VIP, frozenset())
    movement.now_on(frozenset({3}), 9.0)
    movement.now_on(frozenset({3}), 10.0)
    assert movement.seen == Movements(1, 0, 9.0)


def test_watches_end_and_leave_nothing() -> None:
    before = len(list(Path("/proc/self/fd").iterdir())), threading.active_count()
    for number in range(200):
        watch = AddressWatch(VIP, SystemClock())
        if number % 2:
            watch.start()
        watch.close()
        watch.close()
    assert (len(list(Path("/proc/self/fd").iterdir())), threading.active_count()) == before
