"""The head of an HTTP/1.x request (RFC 9112), read strictly: what may be understood in two ways is refused."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([\x21-\x7e]+) HTTP/(\d)\.(\d)")
_VALUE = re.compile(rb"[\t\x20-\x7e\x80-\xff]*")
_MOST_PARAMETERS = 200


class RequestError(Exception):
    """A request that is answered with `status` and nothing else."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True)
class Request:
    """`headers` by lower-case name; of several with one name, the values in one list."""

    method: str
    path: str
    parameters: Mapping[str, list[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def credentials(self) -> tuple[str, str] | None:
        """Name and password of basic authentication (RFC 7617); None when there are none that can be read."""
        scheme, _, encoded = self.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            name, colon, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            return None
        return (name, password) if colon else None


def parse_request(head: bytes) -> Request:
    """Everything before the empty line. RequestError for what is no request, and for one with a body."""
    first, *lines = head.split(b"\r\n")
    match = _LINE.fullmatch(first)
    if match is None:
        raise RequestError(HTTPStatus.BAD_REQUEST, "This is no HTTP request.")
    method, target, major, minor = (part.decode("ascii") for part in match.groups())
    if major != "1":
        raise RequestError(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, "HTTP/1.1 is spoken here.")
    headers = _headers(lines)
    if minor != "0" and "host" not in headers:
        raise RequestError(HTTPStatus.BAD_REQUEST, "The Host header is missing.")
    if headers.get("content-length", "0") != "0" or "transfer-encoding" in headers:
        raise RequestError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "No request here has a body.")
    try:
        parts = urlsplit(target)
        parameters = parse_qs(parts.query, max_num_fields=_MOST_PARAMETERS)
    except ValueError as error:
        raise RequestError(HTTPStatus.BAD_REQUEST, "The address cannot be understood.") from error
    return Request(method, parts.path, parameters, headers)


def _headers(lines: list[bytes]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or not _TOKEN.fullmatch(name) or not _VALUE.fullmatch(value):
            raise RequestError(HTTPStatus.BAD_REQUEST, "A header cannot be understood.")
        key, text = name.decode("ascii").lower(), value.decode("latin-1").strip(" \t")
        if key in headers and key in {"host", "authorization", "content-length"}:
            raise RequestError(HTTPStatus.BAD_REQUEST, f"The {key} header is there twice.")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers
