"""The host that hagen runs on, where the provider runs on it too."""

import subprocess
from collections.abc import Sequence
from typing import Final, Protocol

from ..provider.contract import Outcome

MISSING: Final = 127  # as a shell says it


class Host(Protocol):
    """What checks ask of this host."""

    def ask(self, *argv: str, stdin: bytes = b"", timeout: float = 30.0) -> Outcome:
        """Run a command. 127 when there is no such program; 124 when it did not end in time."""
        ...


class ThisHost:
    """The host itself; with a prefix, what is behind it ("nsenter", ...)."""

    def __init__(self, prefix: Sequence[str] = ()) -> None:
        self._prefix = tuple(prefix)

    def ask(self, *argv: str, stdin: bytes = b"", timeout: float = 30.0) -> Outcome:
        """See Host."""
        try:
            done = subprocess.run(
                [*self._prefix, *argv], input=stdin, capture_output=True, timeout=timeout, check=False
            )
        except (FileNotFoundError, PermissionError) as problem:
            return Outcome(MISSING, b"", str(problem).encode())
        except subprocess.TimeoutExpired:
            return Outcome(124, b"", f"{argv[0]} was not done within {timeout:g} s".encode())
        return Outcome(done.returncode, done.stdout, done.stderr)


def has_interface(host: Host, name: str) -> bool:
    """Whether a network card or a bridge is there. By `ip`: /sys shows those of the namespace that mounted it."""
    return host.ask("ip", "link", "show", "dev", name).code == 0
