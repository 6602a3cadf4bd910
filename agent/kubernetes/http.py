"""HTTP/1.1 on a bounded stream."""

import json
from collections.abc import Mapping
from http.client import HTTPException, HTTPResponse
from typing import Any, cast

from .errors import ExpiredError, MissingError, RefusedError
from .stream import Stream, TooMuchError

# What a sick server makes of an answer; the next one may do better.
BAD_ANSWER = (OSError, HTTPException, ValueError, RecursionError)
# A page of a list is a few hundred kilobytes. The rest is room for heavily annotated pods.
LARGEST = 16 * 2**20
_GONE = 410
_NOT_FOUND = 404


class ServerError(OSError):
    """The API server is there and cannot do its work: another may."""


def request(stream: Stream, target: str, host: str, headers: Mapping[str, str]) -> HTTPResponse:
    """GET; returns once the head of the answer is there."""
    lines = [f"GET {target} HTTP/1.1", f"Host: {host}", *(f"{name}: {value}" for name, value in headers.items())]
    stream.send(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
    response = HTTPResponse(cast("Any", stream), method="GET")
    response.begin()
    return response


def read_object(response: HTTPResponse) -> dict[str, Any]:
    """The JSON object of an answer, read to its end. RefusedError when the API says no."""
    body = response.read(LARGEST + 1)
    if len(body) > LARGEST:
        raise TooMuchError("answer too large")
    if response.length:
        raise ValueError(f"answer ends {response.length} bytes early")
    if response.status != 200:  # noqa: PLR2004
        raise refusal(response.status, body)
    document = json.loads(body)
    if not isinstance(document, dict):
        raise ValueError("answer is not a JSON object")  # noqa: TRY004 - a bad answer, not a bad argument
    return document


def refusal(status: int, body: bytes) -> Exception:
    """What an answer other than success means; the API explains itself in a Status object."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    document = document if isinstance(document, dict) and document.get("kind") == "Status" else {}
    reason, message = str(document.get("reason", "")), str(document.get("message", "")) or _plain(body)
    if status == _NOT_FOUND and reason == "NotFound" and (document.get("details") or {}).get("name"):
        return MissingError(status, reason, message)
    if status == _GONE:
        return ExpiredError(status, reason, message)
    if 400 <= status < 500 and status != 429:  # noqa: PLR2004
        return RefusedError(status, reason, message)
    return ServerError(f"{status} {reason}: {message}".replace(" :", ":"))


def _plain(body: bytes) -> str:
    return body[:200].decode("utf-8", "replace").strip()
