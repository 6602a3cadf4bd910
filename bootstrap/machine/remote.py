"""Commands and files of one machine, written down as they happen."""

import hashlib
import shlex
import threading
from collections.abc import Mapping
from time import monotonic
from typing import Final

from ..errors import BootstrapError, Interrupted
from ..journal import Journal
from ..provider.contract import Outcome, Provider, ProviderError, Timeout
from ..redaction import Secrets

COMMAND: Final = 60.0  # seconds that a command has, where nothing else is said
_LAST: Final = 12  # lines of output that an error shows


class Remote:
    """One machine of a provider. Every method raises BootstrapError, and Interrupted once the run is to stop."""

    def __init__(
        self, provider: Provider, name: str, journal: Journal, secrets: Secrets, stop: threading.Event
    ) -> None:
        self.name = name
        self._provider, self._journal, self._secrets, self._stop = provider, journal, secrets, stop

    def ask(
        self,
        *argv: str,
        timeout: float = COMMAND,
        stdin: bytes = b"",
        anyway: bool = False,
        quiet: bool = False,
        silent: bool = False,
    ) -> Outcome:
        """Run a command, whatever it comes to.

        `anyway`: to clean up, also when the run is to stop; `quiet`: the journal does not show what it printed;
        `silent`: what it prints is not even fetched.
        """
        if self._stop.is_set() and not anyway:
            raise Interrupted(self.name)
        began = monotonic()
        shown = shlex.join(argv)
        try:
            outcome = self._provider.execute(self.name, argv, timeout=timeout, stdin=stdin, silent=silent)
        except ProviderError as error:
            self._journal.write(self.name, f"$ {shown}\n! {error}")
            late = isinstance(error, Timeout)
            cause = f"{argv[0]} was not done within {timeout:g} s" if late else error.cause
            raise BootstrapError(self.name, cause, error.remedy) from error
        text = "[not shown]\n" if quiet else _both(outcome)
        self._journal.write(self.name, f"$ {shown}\n{text}= {outcome.code} after {monotonic() - began:.2f} s")
        return outcome

    def run(self, *argv: str, timeout: float = COMMAND, stdin: bytes = b"", remedy: str = "") -> str:
        """Run a command that must succeed. Gives what it printed."""
        outcome = self.ask(*argv, timeout=timeout, stdin=stdin)
        if outcome.code:
            output = self._secrets.hide("\n".join(_both(outcome).splitlines()[-_LAST:]))
            cause = f"`{self._secrets.hide(shlex.join(argv))}` ended with {outcome.code}"
            raise BootstrapError(self.name, cause, remedy, output)
        return _text(outcome.stdout)

    def holds(self, *argv: str) -> bool:
        """Whether a command succeeds."""
        return self.ask(*argv, silent=True).code == 0

    def has(self, path: str) -> bool:
        """Whether there is a file that is not empty."""
        return self.holds("test", "-s", path)

    def read(self, path: str) -> bytes:
        """A file's content, which the journal does not show."""
        if self._stop.is_set():
            raise Interrupted(self.name)
        try:
            return self._provider.pull(self.name, path)
        except ProviderError as error:
            raise BootstrapError(self.name, error.cause, error.remedy) from error

    def put(self, path: str, content: bytes, *, mode: int = 0o644, owner: str = "root") -> bool:
        """Bring a file to its content. False when it has it already."""
        if self.same(path, content):
            return False
        self.place(path, content, mode=mode, owner=owner)
        return True

    def same(self, path: str, content: bytes) -> bool:
        """Whether a file has this content."""
        return not self.differing({path: content})

    def differing(self, files: Mapping[str, bytes]) -> tuple[str, ...]:
        """Those of these files (path -> content) that are not there so, in their order. One command for all."""
        if not files:
            return ()
        listed = _text(self.ask("sha256sum", "--", *files).stdout).splitlines()
        # A name with a backslash or a line break is written in another way: it counts as differing.
        there = {path: checksum for checksum, _, path in (line.partition("  ") for line in listed)}
        return tuple(path for path, content in files.items() if there.get(path) != _checksum(content))

    def place(self, path: str, content: bytes, *, mode: int = 0o644, owner: str = "root") -> None:
        """Write a file, whatever was there."""
        if self._stop.is_set():
            raise Interrupted(self.name)
        try:
            self._provider.push(self.name, path, content, mode=mode, owner=owner)
        except ProviderError as error:
            raise BootstrapError(self.name, error.cause, error.remedy) from error
        self._journal.write(self.name, f"> {path} ({len(content)} bytes)")


def _checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _text(output: bytes) -> str:
    return output.decode(errors="replace")


def _both(outcome: Outcome) -> str:
    return _text(outcome.stdout) + _text(outcome.stderr)
