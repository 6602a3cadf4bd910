"""HTTP/1 as text: bytes to requests, answers to bytes. No sockets here."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import responses
from typing import Protocol
from urllib.parse import parse_qs

_HEAD_LIMIT = 16 * 1024
_BODY_LIMIT = 1024 * 1024
_REQUEST_LINE = re.compile(r"([A-Z]+) (/[!-~]*|\*) HTTP/1\.([01])", re.ASCII)
_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*")


class BadRequestError(Exception):
    """What the client sent is not a request; the message says why."""


@dataclass(frozen=True, slots=True)
class Request:
    """`minor`: 0 or 1, of HTTP/1.x; `headers`: by name in small letters. Bodies are read and thrown away."""

    method: str
    path: str
    query: Mapping[str, Sequence[str]]
    minor: int
    keep_alive: bool
    headers: Mapping[str, str] = field(default_factory=dict)

    def option(self, name: str) -> str | None:
        """The last value of a query parameter."""
        return self.query.get(name, [None])[-1]


class Tunnel(Protocol):
    """What takes a connection over after 101 Switching Protocols."""

    def opened(self, write: Callable[[bytes], None], close: Callable[[], None]) -> None:
        """The head has been sent."""

    def received(self, data: bytes) -> None:
        """Bytes of the client."""

    def closed(self) -> None:
        """The client is gone."""


@dataclass(frozen=True, slots=True)
class Response:
    """A whole answer; with `stream` only its head: lines follow until the server or the client ends them; with `tunnel`
    only its head as well: what follows is another protocol."""

    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "text/plain; charset=utf-8"
    stream: bool = False
    tunnel: Tunnel | None = None


STREAM = Response(200, stream=True)


def take_request(buffer: bytearray) -> Request | None:
    """Cut one request off the front of `buffer`; None when it is not complete yet."""
    end = buffer.find(b"\r\n\r\n")
    if max(end, len(buffer) if end < 0 else 0) > _HEAD_LIMIT:
        raise BadRequestError("request head too long")
    if end < 0:
        return None
    line, *rest = buffer[:end].decode("latin-1").split("\r\n")
    matched = _REQUEST_LINE.fullmatch(line)
    if matched is None:
        raise BadRequestError("malformed request line")
    headers = _headers(rest)
    minor = int(matched[3])
    if minor == 1 and "host" not in headers:
        raise BadRequestError("missing Host")
    whole = end + 4 + _body_length(headers)
    if len(buffer) < whole:
        return None
    del buffer[:whole]
    path, _, query = matched[2].partition("?")
    options = parse_qs(query) if query else {}
    return Request(matched[1], path, options, minor, _keeps_alive(headers.get("connection", ""), minor), headers)


def _headers(lines: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        matched = _HEADER.fullmatch(line)
        if matched is None:
            raise BadRequestError("malformed header")
        found[matched[1].lower()] = matched[2]
    return found


def _body_length(headers: Mapping[str, str]) -> int:
    if "transfer-encoding" in headers:
        raise BadRequestError("chunked request bodies are not taken")
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdecimal()) or len(length) > 9 or int(length) > _BODY_LIMIT:
        raise BadRequestError("bad Content-Length")
    return int(length)


def _keeps_alive(connection: str, minor: int) -> bool:
    options = {option.strip() for option in connection.lower().split(",")}
    return "close" not in options and (minor == 1 or "keep-alive" in options)


def encode(response: Response, *, keep_alive: bool, without_body: bool = False, chunked: bool = False) -> bytes:
    """An answer as it goes over the wire; of a stream, its head."""
    body = response.body.encode()
    lines = [f"HTTP/1.1 {response.status} {responses[response.status]}", f"Content-Type: {response.content_type}"]
    if not response.stream:
        lines.append(f"Content-Length: {len(body)}")
    elif chunked:
        lines.append("Transfer-Encoding: chunked")
    lines += [f"{name}: {value}" for name, value in response.headers.items()]
    lines.append(f"Connection: {'keep-alive' if keep_alive else 'close'}")
    head = "\r\n".join(lines) + "\r\n\r\n"
    return head.encode() if without_body else head.encode() + body


def encode_switch(response: Response) -> bytes:
    """The head of a 101, whose headers say all that there is to say."""
    lines = [f"HTTP/1.1 {response.status} {responses[response.status]}"]
    lines += [f"{name}: {value}" for name, value in response.headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def chunk(data: bytes) -> bytes:
    """One piece of a chunked body; the empty one ends it."""
    return b"%x\r\n%b\r\n" % (len(data), data)
