"""A service manager that listens, as systemd does (sd_notify(3))."""

import contextlib
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass
class Manager:
    """`address`: what NOTIFY_SOCKET holds."""

    address: str
    sock: socket.socket

    def heard(self, patience: float = 10.0) -> list[str]:
        """The lines of the next datagram; none when there was none in time."""
        self.sock.settimeout(patience)
        try:
            return self.sock.recv(4096).decode().splitlines()
        except TimeoutError:
            return []

    def wait(self, line: str, patience: float = 20.0) -> list[str]:
        """Everything up to the datagram with this line."""
        end = time.monotonic() + patience
        lines: list[str] = []
        while time.monotonic() < end:
            lines += self.heard(0.2)
            if line in lines:
                return lines
        raise AssertionError(f"{line} was not said, but {lines}")

    def drop(self) -> None:
        """What was said so far."""
        while self.heard(0.01):
            pass


@contextlib.contextmanager
def manager(address: str) -> Iterator[Manager]:
    """`address`: a path, or @name for one without a file."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind("\0" + address[1:] if address.startswith("@") else address)
        yield Manager(address, sock)
