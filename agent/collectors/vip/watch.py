"""Watch one address come and go, without ever missing that it did."""

import select
import socket
import threading
from dataclasses import dataclass
from ipaddress import IPv4Address

from ...clock import Clock
from . import netlink


@dataclass(frozen=True)
class Movements:
    """Since the watch began. `last`: seconds since the epoch."""

    gained: int = 0
    lost: int = 0
    last: float | None = None


class Movement:
    """Pure: what the kernel tells, as transitions between having the address and not having it.

    The kernel also tells of an address that it had already (its lifetime changed, or keepalived set it again).
    """

    def __init__(self, address: IPv4Address, interfaces: frozenset[int]) -> None:
        self._address = address
        self._on = interfaces
        self.seen = Movements()

    def take(self, event: netlink.Address, time: float) -> None:
        """One message."""
        if event.address == self._address:
            change = {event.interface}
            self.now_on(self._on | change if event.there else self._on - change, time)

    def now_on(self, interfaces: frozenset[int], time: float) -> None:
        """The whole truth, after messages were missed."""
        before, after = bool(self._on), bool(interfaces)
        self._on = interfaces
        if before != after:
            seen = self.seen
            self.seen = Movements(seen.gained + after, seen.lost + before, time)


class AddressWatch(threading.Thread):
    """From its making until close(). OSError when the kernel lets nobody subscribe."""

    def __init__(self, address: IPv4Address, clock: Clock) -> None:
        super().__init__(name="vip addresses", daemon=True)
        self._address = address
        self._clock = clock
        self._events = netlink.subscribed()
        self._wake, self._waker = socket.socketpair()
        try:
            self._movement = Movement(address, self._interfaces())  # after subscribing: nothing is missed between
        except BaseException:
            self._shut()
            raise

    @property
    def seen(self) -> Movements:
        """So far."""
        return self._movement.seen

    def run(self) -> None:
        """Until closed."""
        poll = select.poll()
        poll.register(self._events, select.POLLIN)
        poll.register(self._wake, select.POLLIN)
        try:
            while True:
                if any(descriptor == self._wake.fileno() for descriptor, _ in poll.poll()):
                    return
                self._receive()
        finally:
            self._shut()

    def close(self) -> None:
        """It ends right after."""
        if self.is_alive():
            self._waker.send(b"x")
            self.join(1.0)
        else:
            self._shut()

    def _receive(self) -> None:
        try:
            events, _ = netlink.parse(self._events.recv(65536))
        except OSError:  # ENOBUFS: something was missed
            self._movement.now_on(self._interfaces(), self._clock.time())
            return
        for event in events:
            self._movement.take(event, self._clock.time())

    def _interfaces(self) -> frozenset[int]:
        return frozenset(interface for address, interface in netlink.addresses() if address == self._address)

    def _shut(self) -> None:
        for held in (self._events, self._wake, self._waker):
            held.close()
