"""A TCP connection, with TLS on it where it is asked for: non-blocking sockets on the event loop's own watch.

No task, no future and no asyncio transport: those cost as much as the connection itself, and the prober shares its
machine with what it measures. It also knows at each moment what it waits for, which is the name of a timeout.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from errno import EINPROGRESS
from typing import TYPE_CHECKING, Any, Protocol

from .failures import outcome_of
from .records import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

Address = tuple[socket.AddressFamily, Any]
_PIECE = 65536
_NOT_YET = (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Owner(Protocol):
    """Who is told what happens to a channel. After `ended` there is nothing more."""

    def opened(self) -> None:
        """Bytes can be sent."""

    def received(self, data: bytes) -> None:
        """Bytes have come."""

    def ended(self, outcome: Outcome) -> None:
        """It is over; not called after `close`."""


class Channel:
    """Tries the addresses in turn until one takes the connection. `waits_for`: what a timeout would be called now."""

    def __init__(self, owner: Owner, tls: ssl.SSLContext | None, server_name: str) -> None:
        self.waits_for = Outcome.TIMEOUT_CONNECT
        self._loop = asyncio.get_running_loop()
        self._owner: Owner | None = owner
        self._tls, self._server_name = tls, server_name
        self._socket: socket.socket | None = None
        self._addresses: Iterator[Address] = iter(())
        self._unsent = b""

    def open(self, addresses: list[Address]) -> None:
        """Begin; the owner hears of it."""
        self._addresses = iter(addresses)
        self._next_address(Outcome.NAME)

    def send(self, data: bytes) -> None:
        """Send, once it is open."""
        self._unsent += data
        self._flush()

    def close(self) -> None:
        """Without ceremony, and without a further word to the owner."""
        self._owner = None
        self._drop_socket()

    def _next_address(self, last: Outcome) -> None:
        self._drop_socket()
        for family, address in self._addresses:
            try:
                self._socket = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                number = self._socket.connect_ex(address)
            except OSError as failure:
                number = failure.errno or 0
            if self._socket is not None and number in {0, EINPROGRESS}:
                self._loop.add_writer(self._socket.fileno(), self._connected, self._socket)
                return
            last = outcome_of(OSError(number, os.strerror(number)), self.waits_for)
            self._drop_socket()
        self._end(last)

    def _connected(self, plain: socket.socket) -> None:
        self._loop.remove_writer(plain.fileno())
        if number := plain.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self._next_address(outcome_of(OSError(number, os.strerror(number)), self.waits_for))
        elif self._tls is None:
            self._ready(plain)
        else:
            self.waits_for = Outcome.TIMEOUT_TLS
            self._wrap(self._tls, plain)

    def _wrap(self, tls: ssl.SSLContext, plain: socket.socket) -> None:
        try:
            secure = tls.wrap_socket(plain, do_handshake_on_connect=False, server_hostname=self._server_name)
        except (OSError, ValueError) as failure:  # gone already, or a host that cannot be a name in a certificate
            self._end(outcome_of(failure, self.waits_for))
            return
        self._socket = secure
        self._loop.add_reader(secure.fileno(), self._shake_hands, secure)
        self._shake_hands(secure)

    def _shake_hands(self, secure: ssl.SSLSocket) -> None:
        try:
            secure.do_handshake()
        except _NOT_YET:
            return
        except (OSError, ValueError) as failure:
            self._end(outcome_of(failure, self.waits_for))
        else:
            self._ready(secure)

    def _ready(self, connected: socket.socket) -> None:
        self.waits_for = Outcome.TIMEOUT_RESPONSE
        self._loop.add_reader(connected.fileno(), self._receive, connected)
        if self._owner is not None:
            self._owner.opened()

    def _receive(self, connected: socket.socket) -> None:
        while self._owner is not None:  # TLS holds back what is not fetched, and the kernel does not know
            try:
                data = connected.recv(_PIECE)
            except _NOT_YET:
                return
            except OSError as failure:
                self._end(outcome_of(failure, self.waits_for))
                return
            if not data:
                self._end(Outcome.CLOSED)
                return
            self._owner.received(data)
            if self._tls is None and len(data) < _PIECE:
                return

    def _flush(self) -> None:
        if self._socket is None:
            return
        try:
            sent = self._socket.send(self._unsent)
        except _NOT_YET:
            sent = 0
        except OSError as failure:
            self._end(outcome_of(failure, self.waits_for))
            return
        self._unsent = self._unsent[sent:]
        if self._unsent:
            self._loop.add_writer(self._socket.fileno(), self._send_rest, self._socket)

    def _send_rest(self, connected: socket.socket) -> None:
        self._loop.remove_writer(connected.fileno())
        self._flush()

    def _end(self, outcome: Outcome) -> None:
        owner, self._owner = self._owner, None
        self._drop_socket()
        if owner is not None:
            owner.ended(outcome)

    def _drop_socket(self) -> None:
        if self._socket is not None:
            if (descriptor := self._socket.fileno()) >= 0:
                self._loop.remove_reader(descriptor)
                self._loop.remove_writer(descriptor)
            self._socket.close()
            self._socket = None
