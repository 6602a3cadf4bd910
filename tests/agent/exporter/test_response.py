"""Answers on the wire."""

import gzip
from http import HTTPStatus

import pytest

from hagen.agent.exporter.response import Response, packed, serialized, text

LONG = Response(HTTPStatus.OK, b"x" * 5000)


@pytest.mark.parametrize("accept", ["gzip", "deflate, gzip;q=0.5", "br, gzip"])
def test_who_can_unpack_gets_it_packed(accept: str) -> None:
    found = packed(LONG, accept)
    assert gzip.decompress(found.body) == LONG.body
    assert found.headers == {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}


@pytest.mark.parametrize("accept", ["", "deflate", "gzip;q=0", "gzip; q=0.0", "x-gzipped"])
def test_who_cannot_does_not(accept: str) -> None:
    assert packed(LONG, accept) is LONG


def test_what_is_short_stays_as_it_is() -> None:
    short = Response(HTTPStatus.OK, b"ok")
    assert packed(short, "gzip") is short


def test_a_head_has_the_length_and_not_the_body() -> None:
    head = serialized(LONG, "HEAD", {})
    assert b"Content-Length: 5000\r\n" in head
    assert head.endswith(b"\r\n\r\n")
    assert serialized(LONG, "GET", {}) == head + LONG.body


def test_the_configuration_has_the_last_word() -> None:
    found = serialized(text(HTTPStatus.OK, "ok", X_Frame_Options="deny"), "GET", {"X-Frame-Options": "sameorigin"})
    assert found.count(b"X-Frame-Options") == 1
    assert b"X-Frame-Options: sameorigin\r\n" in found
