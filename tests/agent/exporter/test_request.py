"""Heads of requests: what is read, what is refused."""

import base64
import contextlib
from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hagen.agent.exporter.request import Request, RequestError, parse_request

HOST = b"\r\nHost: a"


def test_a_request() -> None:
    found = parse_request(b"GET /metrics?name[]=a&name[]=b HTTP/1.1\r\nHost: a\r\nAccept: text/plain\r\nACCEPT:  */* ")
    assert (found.method, found.path, found.parameters) == ("GET", "/metrics", {"name[]": ["a", "b"]})
    assert found.headers == {"host": "a", "accept": "text/plain, */*"}


def test_a_proxy_names_the_whole_address() -> None:
    assert parse_request(b"GET http://a:1/vip HTTP/1.1" + HOST).path == "/vip"


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"", 400),
        (b"GET /", 400),
        (b"GET  / HTTP/1.1" + HOST, 400),
        (b"GET / HTTP/1.1", 400),
        (b"GET / HTTP/2.0" + HOST, 505),
        (b"PRI * HTTP/2.0", 505),
        (b"G\x00T / HTTP/1.1" + HOST, 400),
        (b"GET / HTTP/1.1\nHost: a", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\n folded: x", 400),
        (b"GET / HTTP/1.1\r\nHost : a", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b", 400),
        (b"GET / HTTP/1.1\r\nHost: a\nX: b", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nno colon", 400),
        (b"GET http://[ HTTP/1.1" + HOST, 400),
        (b"GET /?" + b"a=1&" * 300 + b" HTTP/1.1" + HOST, 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3", 413),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked", 413),
        (b"\x16\x03\x01", 400),
    ],
)
def test_what_is_refused(head: bytes, status: int) -> None:
    with pytest.raises(RequestError) as caught:
        parse_request(head)
    assert caught.value.status == HTTPStatus(status)


@given(st.binary(max_size=200))
def test_no_bytes_break_it(data: bytes) -> None:
    for head in (data, b"GET / HTTP/1.1" + HOST + b"\r\n" + data, b"GET /" + data + b" HTTP/1.1" + HOST):
        with contextlib.suppress(RequestError):
            assert isinstance(parse_request(head), Request)


def credentials(value: str) -> tuple[str, str] | None:
    return Request("GET", "/", headers={"authorization": value}).credentials


def test_credentials() -> None:
    assert credentials("Basic " + base64.b64encode("jörg:a:b".encode()).decode()) == ("jörg", "a:b")
    assert credentials("basic " + base64.b64encode(b":").decode()) == ("", "")


@pytest.mark.parametrize("value", ["", "Basic", "Basic !", "Bearer YTpi", "Basic YWI=", "Basic /w=="])
def test_no_credentials(value: str) -> None:
    assert credentials(value) is None
