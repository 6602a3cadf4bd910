"""Where manifests come from: their own URLs, a mirror on the web, or a folder."""

import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from ..errors import UsageError
from ..problem import quoted
from ..topology.components import Upstream
from .fetch import Limits, RefusedError, fetch, url_fault, without_password


class Source:
    """`place` is where a manifest is looked for, in words for messages; `read` gives its bytes or RefusedError."""

    def __init__(self, place: Callable[[Upstream], str], read: Callable[[Upstream, threading.Event], bytes]) -> None:
        self.place = place
        self.read = read


def source(mirror: str | None, limits: Limits, agent: str) -> Source:
    """The source that --mirror names; UsageError when it names none."""
    if mirror is None:
        return _web(lambda upstream: upstream.url, limits, agent)
    scheme = mirror.partition("://")[0].lower() if "://" in mirror else ""
    if scheme in {"http", "https"}:
        base = mirror.rstrip("/")
        if fault := url_fault(base):
            # Whatever stands in front of an @ may be a password, however the rest is written.
            shown = quoted(f"{scheme}://{mirror.partition('://')[2].rpartition('@')[2]}")
            message = f"--mirror {shown} is not the URL of a mirror: {fault}"
            raise UsageError(message, remedy="write it like https://mirror.example.com/manifests")
        return _web(lambda upstream: f"{base}/{quote(_layout(upstream), safe='/+')}", limits, agent)
    if scheme:
        message = f"--mirror {quoted(without_password(mirror))}: {quoted(scheme)} is not supported"
        raise UsageError(message, remedy="give a folder, or a URL with http:// or https://")
    if not mirror.strip():
        message = "--mirror is empty: a variable without a value, perhaps"
        raise UsageError(message, remedy="give a folder, or a URL; leave --mirror out to ask the makers' own servers")
    folder = Path(mirror)
    if not _is_folder(folder):
        raise UsageError(f"--mirror {quoted(mirror)}: there is no such folder", remedy="give a folder, or a URL")
    return Source(lambda upstream: str(folder / _layout(upstream)), lambda upstream, _: _read(folder, upstream, limits))


def _is_folder(folder: Path) -> bool:
    try:
        return folder.is_dir()
    except (OSError, ValueError):  # a name that is too long, or that holds a NUL
        return False


def _layout(upstream: Upstream) -> str:
    return f"{upstream.addon}/{upstream.version}/{upstream.file}"


def _web(url_of: Callable[[Upstream], str], limits: Limits, agent: str) -> Source:
    return Source(
        lambda upstream: without_password(url_of(upstream)),
        lambda upstream, stop: fetch(url_of(upstream), limits, stop, agent),
    )


def _read(folder: Path, upstream: Upstream, limits: Limits) -> bytes:
    path = folder / _layout(upstream)
    try:
        if path.stat().st_size > limits.size:
            raise RefusedError(f"larger than {limits.size >> 20} MiB", "no manifest is: look at what lies there")
        return path.read_bytes()
    except FileNotFoundError:
        raise RefusedError("there is no such file", "a mirror holds <add-on>/<version>/<file>: put it there") from None
    except OSError as error:
        raise RefusedError(f"cannot be read: {error.strerror}", "make it readable for this user") from None
