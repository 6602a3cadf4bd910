"""An answer, and its bytes on the wire."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from http import HTTPStatus

TEXT = "text/plain; charset=utf-8"
_WORTH_PACKING = 1400  # bytes: less fits into one packet anyway
# A person's browser neither guesses types nor keeps what is old a moment later.
_ALWAYS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}


@dataclass(frozen=True)
class Response:
    """`headers` besides those that every answer has."""

    status: HTTPStatus
    body: bytes
    content_type: str = TEXT
    headers: Mapping[str, str] = field(default_factory=dict)


def text(status: HTTPStatus, words: str, **headers: str) -> Response:
    """One line for whoever reads it."""
    return Response(status, f"{words}\n".encode(), headers={name.replace("_", "-"): v for name, v in headers.items()})


def as_json(value: object) -> Response:
    """For a program."""
    return Response(HTTPStatus.OK, json.dumps(value).encode() + b"\n", "application/json")


def packed(response: Response, accept_encoding: str) -> Response:
    """The same, compressed if the client can read that and it is worth it."""
    accepted = {part.partition(";")[0].strip(): part.replace(" ", "") for part in accept_encoding.split(",")}
    if len(response.body) < _WORTH_PACKING or accepted.get("gzip", ";q=0").endswith((";q=0", ";q=0.0")):
        return response
    headers = {**response.headers, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return Response(response.status, gzip.compress(response.body, 1, mtime=0), response.content_type, headers)


def serialized(response: Response, method: str, extra: Mapping[str, str]) -> bytes:
    """As sent. `extra`: headers of the configuration, which have the last word."""
    headers = {
        "Date": formatdate(usegmt=True),
        "Content-Type": response.content_type,
        "Content-Length": str(len(response.body)),
        "Connection": "close",
        **_ALWAYS,
        **response.headers,
        **extra,
    }
    lines = [f"HTTP/1.1 {response.status.value} {response.status.phrase}", *(f"{k}: {v}" for k, v in headers.items())]
    head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
    return head if method == "HEAD" else head + response.body
