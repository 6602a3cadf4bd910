"""The configuration in force: read anew when one of its files changes."""

import logging
from dataclasses import dataclass
from pathlib import Path

from .limiter import Limiter
from .load import WebConfig, WebConfigError, load_web
from .passwords import Passwords

_LOG = logging.getLogger(__name__)
_Stamp = tuple[tuple[int, int, int] | None, ...]


@dataclass(frozen=True)
class Web:
    """One configuration, with what it keeps in mind."""

    config: WebConfig
    passwords: Passwords
    limiter: Limiter


class LiveWeb:
    """`path` None: plain HTTP for everybody who can connect. WebConfigError when the file cannot be used at the start.

    Later it cannot fail: what cannot be used is logged, and what was in force stays. A certificate is often replaced
    before its key, so a pair that does not fit is looked at again as soon as one of the files has changed once more.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._web = _web(load_web(path) if path else WebConfig(), None)
        self._files = self._web.config.files
        self._stamp: _Stamp = ()  # looked at once more: a file may have changed since it was read
        self.usable = True

    @property
    def in_force(self) -> Web:
        """Without a look at the files. From any thread."""
        return self._web

    def current(self) -> Web:
        """Costs a stat() of each file. Used from one thread."""
        if self._path is not None:
            stamp = _stamp(self._files)
            if stamp != self._stamp:
                self._stamp = stamp
                self._reload(self._path)
        return self._web

    def _reload(self, path: Path) -> None:
        try:
            config = load_web(path)
        except WebConfigError as error:
            self.usable = False
            if error.files and error.files != self._files:
                # What it names now may be what comes next. It may have come since: once more, with an eye on it.
                self._files, self._stamp = error.files, _stamp(error.files)
                self._reload(path)
                return
            for problem in error.problems:
                _LOG.error("%s: %s; what was in force before stays", path, problem)
            return
        except Exception:  # noqa: BLE001 - the server must not end by it
            self.usable = False
            _LOG.exception("%s: a defect of the agent; what was in force before stays", path)
            return
        if not self.usable or config.files != self._files:
            _LOG.info("%s: read anew", path)
        if config.files != self._files:
            self._files, self._stamp = config.files, ()  # one more look, at the new files
        self.usable = True
        self._web = _web(config, self._web)


def _web(config: WebConfig, before: Web | None) -> Web:
    """What is kept in mind outlives a certificate: nobody logs in again for a new one, and no bucket is refilled."""
    passwords, limiter = Passwords(config.users), Limiter(config.rate, config.burst)
    if before and before.config.users == config.users:
        passwords = before.passwords
    if before and (before.config.rate, before.config.burst) == (config.rate, config.burst):
        limiter = before.limiter
    return Web(config, passwords, limiter)


def _stamp(files: tuple[Path, ...]) -> _Stamp:
    return tuple(map(_look, files))


def _look(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
