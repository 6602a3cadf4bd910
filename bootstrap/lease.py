"""The lock of a cluster, held as long as a run lasts: renewed while it lives, run out when it died."""

import getpass
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Final

from .errors import BootstrapError
from .provider.contract import Provider, ProviderError

SECONDS: Final = 120.0
_RENEWALS: Final = 4  # within its life: three may fail


@contextmanager
def leased(provider: Provider, holder: str, lost: threading.Event, dead: str = "") -> Iterator[None]:
    """Hold the lock. BootstrapError when somebody else has it.

    `lost` is set when it cannot be renewed any more; the end of the block says so (BootstrapError).

    `dead`: a holder that is known to have died (predecessor.py). Its lock is not waited for.
    """
    owner = _take(provider, holder)
    if owner and owner == dead:
        _drop(provider, dead)
        owner = _take(provider, holder)
    if owner:
        raise BootstrapError(
            "lock", f"{owner} is working on this cluster", f"Wait for it. A run that died lets go after {SECONDS:g} s."
        )
    ended, why = threading.Event(), list[str]()
    keeper = threading.Thread(target=_keep, args=(provider, holder, ended, lost, why), name="lease", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        ended.set()
        keeper.join()
        # It runs out by itself.
        with suppress(ProviderError):
            provider.unlock(holder)
    if why:
        raise BootstrapError("lock", why[0], "Nothing more was begun. Look who is working on this cluster.")


def name() -> str:
    """Who a run is, for others to read. No other run has this name, wherever it is."""
    since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return f"{getpass.getuser()}@{socket.gethostname()} (process {os.getpid()}, since {since})"


def _take(provider: Provider, holder: str) -> str:
    try:
        return provider.lock(holder, SECONDS)
    except ProviderError as error:
        raise BootstrapError(error.place, error.cause, error.remedy) from error


def _drop(provider: Provider, holder: str) -> None:
    try:
        provider.unlock(holder)
    except ProviderError as error:
        raise BootstrapError(error.place, error.cause, error.remedy) from error


def _keep(provider: Provider, holder: str, ended: threading.Event, lost: threading.Event, why: list[str]) -> None:
    """`why` gets a sentence before `lost` is set."""
    misses = 0
    while not ended.wait(SECONDS / _RENEWALS):
        try:
            owner, cause = provider.lock(holder, SECONDS), ""
            misses = 0
        except ProviderError as error:
            owner, cause = "", str(error)
            misses += 1
        if owner or misses >= _RENEWALS - 1:
            why.append(f"{owner} has taken it" if owner else f"it could not be renewed: {cause}")
            lost.set()
            return
