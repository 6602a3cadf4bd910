"""Where manifests come from: their own URLs, a mirror on the web, or a folder."""

import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urlsplit

from ..errors import UsageError
from ..topology.components import Upstream
from .fetch import Limits, RefusedError, fetch, without_password


class Source:
    """`place` is where a manifest is looked for, in words for messages; `read` gives its bytes or RefusedError."""

    def __init__(self, place: Callable[[Upstream], str], read: Callable[[Upstream, threading.Event], bytes]) -> None:
        self.place = place
        self.read = read


def source(mirror: str | None, limits: Limits, agent: str) -> Source:
    """The source that --mirror names; UsageError when it names none."""
    if mirror is None:
        return _web(lambda upstream: upstream.url, limits, agent)
    scheme = urlsplit(mirror).scheme if "://" in mirror else ""
    if scheme in {"http", "https"}:
        base = mirror.rstrip("/")
        return _web(lambda upstream: f"{base}/{quote(_layout(upstream), safe='/+')}", limits, agent)
    if scheme:
        message = f"--mirror {without_password(mirror)}: {scheme}:// is not supported"
        raise UsageError(message, remedy="give a folder, or a URL with http:// or https://")
    folder = Path(mirror)
    if not folder.is_dir():
        raise UsageError(f"--mirror {mirror}: there is no such folder", remedy="give a folder, or a URL")
    return Source(lambda upstream: str(folder / _layout(upstream)), lambda upstream, _: _read(folder, upstream, limits))


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
