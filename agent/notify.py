"""What the service manager is told (sd_notify(3)): ready, reloading, stopping, and that the agent still moves."""

import os
import socket
from collections.abc import Mapping

_ABSTRACT = "@"


class Notifier:
    """Silent where nobody listens: without systemd the agent runs as well."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        path = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + path[1:] if path.startswith(_ABSTRACT) else path
        self.watchdog_seconds = _watchdog(environment)

    def tell(self, *lines: str) -> None:
        """One datagram. A manager that does not take it is not worth ending for."""
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
            sender.setblocking(False)
            try:
                sender.sendto("\n".join(lines).encode(), self._address)
            except OSError:
                return


def _watchdog(environment: Mapping[str, str]) -> float | None:
    """Seconds within which the manager wants a sign of life from this process; None when it wants none."""
    if environment.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    text = environment.get("WATCHDOG_USEC", "")
    return int(text) / 1e6 if text.isdigit() and int(text) else None
