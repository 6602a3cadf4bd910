"""Many manifests at once: read, looked at and compared with what was vendored before. All of them, or an error."""

import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Protocol

from ..errors import HagenError
from ..topology.components import Upstream
from .fetch import RefusedError
from .known import Copy, digest
from .manifest import UnfitError, images_of
from .source import Source
from .uses import Key, Use

_WORKERS: Final = 4

Answer = Copy | RefusedError | BaseException


class Progress(Protocol):
    """Is told about each manifest when it is done; `size` is None when it failed."""

    def __call__(self, upstream: Upstream, size: int | None) -> None:
        """Show it."""


def obtain(
    wanted: Sequence[Use],
    source: Source,
    before: Mapping[Key, str],
    progress: Progress,
    *,
    accept_changed: bool = False,
) -> dict[Key, Copy]:
    """Every manifest that is wanted; HagenError with all that failed, each with its cause and a remedy.

    `before` are the sha256 of what was vendored earlier: a release that has changed since then is refused unless
    `accept_changed`.
    """
    upstreams = {use.key: use.upstream for use in wanted}

    def read(key: Key, stop: threading.Event) -> Copy:
        content = source.read(upstreams[key], stop)
        copy = _looked_at(content)
        if not accept_changed and before.get(key, copy.sha256) != copy.sha256:
            cause = f"it has changed: sha256 {copy.sha256}, in hagen.lock {before[key]}"
            raise RefusedError(cause, "releases do not change: ask its makers why; if it is right, --accept-changed")
        return copy

    copies: dict[Key, Copy] = {}
    failed: dict[Key, RefusedError] = {}
    for key, answer in _in_parallel(list(upstreams), read, progress=lambda key, size: progress(upstreams[key], size)):
        if isinstance(answer, RefusedError):
            failed[key] = answer
        else:
            copies[key] = answer
    if failed:
        raise _failure(failed, upstreams, source)
    return copies


def _looked_at(content: bytes) -> Copy:
    try:
        return Copy(content, digest(content), images_of(content))
    except UnfitError as error:
        remedy = "open it and look: an error page or a login, perhaps"
        raise RefusedError(f"not a manifest: {error}", remedy) from None


def _in_parallel(
    keys: Sequence[Key],
    read: Callable[[Key, threading.Event], Copy],
    progress: Callable[[Key, int | None], None],
) -> list[tuple[Key, Copy | RefusedError]]:
    """Read all, a few at a time.

    The threads are daemons: nothing is on the disk yet, so that Ctrl-C may leave them behind in the middle of a read
    instead of waiting for a slow server.
    """
    waiting: queue.SimpleQueue[Key] = queue.SimpleQueue()
    answers: queue.SimpleQueue[tuple[Key, Answer]] = queue.SimpleQueue()
    stop = threading.Event()
    for key in keys:
        waiting.put(key)
    for _ in range(min(_WORKERS, len(keys))):
        threading.Thread(target=_work, args=(waiting, answers, read, stop), daemon=True).start()
    results: list[tuple[Key, Copy | RefusedError]] = []
    try:
        while len(results) < len(keys):
            key, answer = answers.get()
            if not isinstance(answer, Copy | RefusedError):
                raise answer
            progress(key, len(answer.content) if isinstance(answer, Copy) else None)
            results.append((key, answer))
    finally:
        stop.set()
    return results


def _work(
    waiting: "queue.SimpleQueue[Key]",
    answers: "queue.SimpleQueue[tuple[Key, Answer]]",
    read: Callable[[Key, threading.Event], Copy],
    stop: threading.Event,
) -> None:
    while not stop.is_set():
        try:
            key = waiting.get_nowait()
        except queue.Empty:
            return
        try:
            answers.put((key, read(key, stop)))
        except BaseException as error:  # noqa: BLE001  # the caller has to see it, whatever it is
            answers.put((key, error))


def _failure(failed: Mapping[Key, RefusedError], upstreams: Mapping[Key, Upstream], source: Source) -> HagenError:
    details = []
    for key in sorted(failed):
        addon, version, _ = key
        error = failed[key]
        details += [f"{addon} {version}: {source.place(upstreams[key])}", f"  {error.cause}; {error.remedy}"]
    number = len(failed)
    message = f"{number} of {len(upstreams)} manifests could not be vendored; nothing was written"
    return HagenError(message, details=tuple(details))
